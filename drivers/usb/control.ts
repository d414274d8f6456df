/** Class requests on the control endpoint: capabilities, clear, abort, status byte (USBTMC 1.0, 4.2.1; USB488 1.0, 4.3). */

import { type Capabilities, decodeCapabilities } from "../../firmware-protocol/usbtmc/capabilities.ts";
import {
  decodeAbort,
  decodeAbortStatus,
  decodeClear,
  decodeClearStatus,
  decodeStatusByte,
  decodeStatusNotification,
  expectSuccess,
} from "../../firmware-protocol/usbtmc/class-answer.ts";
import { type ClassRequest, classRequests, tmcStatus } from "../../firmware-protocol/usbtmc/class-request.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import type { Timer } from "../../src/core/clock.ts";
import type { Claimed } from "./claim.ts";
import { bytesIn } from "./transfer-result.ts";

/** A device answers a control request within 5 s (USB 2.0, 9.2.6.4, allows that much; ours take milliseconds). */
const controlMilliseconds = 1000;
/** Polls of a CHECK request that says pending, and the time between them. */
const maxPolls = 100;
const pollSeconds = 0.01;
/** Transfers that are read away after an abort or a clear; more is a device that never stops. */
const maxDiscarded = 100;
const discardMilliseconds = 500;
const inAddressBit = 0x80;

/** @throws UsbtmcFault, or what the USB library throws. */
export const getCapabilities = async (board: Claimed): Promise<Capabilities> =>
  decodeCapabilities(await ask(board, "getCapabilities"));

/** INITIATE_CLEAR and what belongs to it: everything under way is forgotten, and both endpoints run. */
export async function clear(board: Claimed, timer: Timer): Promise<void> {
  const { device, tmc } = board;
  expectSuccess("initiateClear", decodeClear(await ask(board, "initiateClear")));
  await untilComplete(board, timer, "checkClearStatus", decodeClearStatus);
  await device.clearHalt("out", tmc.outEndpoint);
  await device.clearHalt("in", tmc.inEndpoint);
}

/** Ends the Bulk-IN transfer of that tag, if there is one; what comes of it is thrown away. */
export async function abortBulkIn(board: Claimed, tag: number, timer: Timer): Promise<void> {
  const { status } = decodeAbort(await ask(board, "initiateAbortBulkIn", tag));
  if (status !== tmcStatus.success) return;
  await discardTransfer(board);
  await untilComplete(board, timer, "checkAbortBulkInStatus", decodeAbortStatus);
}

/** Ends the Bulk-OUT transfer of that tag, if there is one. The device halts the endpoint meanwhile. */
export async function abortBulkOut(board: Claimed, tag: number, timer: Timer): Promise<void> {
  const { status } = decodeAbort(await ask(board, "initiateAbortBulkOut", tag));
  if (status !== tmcStatus.success) return;
  await untilComplete(board, timer, "checkAbortBulkOutStatus", decodeAbortStatus);
  await board.device.clearHalt("out", board.tmc.outEndpoint);
}

/** The status byte (IEEE 488.2, 11.2), beside the messages. @param tag 2 to 127. */
export async function readStatusByte(board: Claimed, tag: number): Promise<number> {
  const answer = decodeStatusByte(await ask(board, "readStatusByte", tag));
  expectSuccess("readStatusByte", answer.status);
  const endpoint = board.tmc.interruptEndpoint;
  return endpoint === undefined ? answer.statusByte : notifiedStatusByte(board, endpoint, tag);
}

/** Notifications of other things, such as service requests, may come first (USB488, 3.4.1). */
async function notifiedStatusByte(board: Claimed, endpoint: number, tag: number): Promise<number> {
  for (let n = 0; n < 8; n++) {
    const bytes = bytesIn(await board.device.transferIn(endpoint, 2, controlMilliseconds));
    const notification = decodeStatusNotification(bytes);
    if (notification.tag === tag) return notification.statusByte;
  }
  throw new UsbtmcFault("the interrupt endpoint does not carry the status byte that was asked for");
}

async function ask(board: Claimed, name: ClassRequest, value = 0): Promise<Uint8Array> {
  const { code, recipient, answerBytes } = classRequests[name];
  const { interfaceNumber, outEndpoint, inEndpoint } = board.tmc;
  const toOut = name === "initiateAbortBulkOut" || name === "checkAbortBulkOutStatus";
  const endpoint = toOut ? outEndpoint : inEndpoint | inAddressBit;
  const index = recipient === "interface" ? interfaceNumber : endpoint;
  const setup = { requestType: "class", recipient, request: code, value, index } as const;
  return bytesIn(await board.device.controlTransferIn(setup, answerBytes, controlMilliseconds));
}

/** @throws UsbtmcFault when the device says neither pending nor success, or pending for ever. */
async function untilComplete(
  board: Claimed,
  timer: Timer,
  request: ClassRequest,
  decode: (bytes: Uint8Array) => { status: number; mustRead: boolean },
): Promise<void> {
  for (let poll = 0; poll < maxPolls; poll++) {
    const { status, mustRead } = decode(await ask(board, request));
    if (status !== tmcStatus.pending) return expectSuccess(request, status);
    if (mustRead) await discardTransfer(board);
    else await new Promise<void>((resolve) => timer.after(pollSeconds, resolve));
  }
  throw new UsbtmcFault(`${request} is pending after ${maxPolls} polls`);
}

/** Reads away what is in the Bulk-IN endpoint, up to a short packet. */
async function discardTransfer({ device, tmc }: Claimed): Promise<void> {
  for (let n = 0; n < maxDiscarded; n++) {
    const bytes = bytesIn(await device.transferIn(tmc.inEndpoint, tmc.inPacketBytes, discardMilliseconds));
    if (bytes.length < tmc.inPacketBytes) return;
  }
  throw new UsbtmcFault(`the device sends on after ${maxDiscarded} packets`);
}
