/** Transfers on the bulk endpoints of a board, with their waits: the leaves of usb-transport.ts. */

import type { Claimed } from "./claim.ts";
import { acceptPiece, beginInTransfer, canEnd, type InTransfer, nextLength } from "./in-transfer.ts";
import { assertSent, bytesIn } from "./transfer-result.ts";
import { troubleOf } from "./trouble.ts";

/** Data of one transfer, bytes; Linux may need memory in one piece for it. */
export const maxTransferBytes = 1 << 16;

/** A board that works may take no message for as long as its longest operation (SPEC.md, 12). */
const sendMilliseconds = 60_000;
/** One read of a packet while the reply is waited for; closing waits no longer than that. */
const sliceMilliseconds = 250;
/** Beyond every timeout of the session: a reply that is owed for so long is not expected any more. */
const maxReplyMilliseconds = 120_000;
/** Inside a transfer the board has all data ready. */
const continueMilliseconds = 2000;
/** The packet of no bytes that ends a transfer of whole packets. */
const endMilliseconds = 100;

/** @throws TransferTrouble, or what the USB library throws. */
export async function transferOut({ device, tmc }: Claimed, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  assertSent(await device.transferOut(tmc.outEndpoint, bytes, sendMilliseconds), bytes.length);
}

export interface Reader {
  /** False when nobody wants the reply any more. */
  isWanted(): boolean;
  /** Data of the reply, as they come. */
  data(bytes: Uint8Array): void;
}

export type Received = "message-goes-on" | "message-ended" | "unwanted" | "overdue";

/**
 * Reads the transfer that was requested under that tag.
 * @throws UsbtmcFault when it is malformed, or what the USB library throws.
 */
export async function readTransfer(board: Claimed, tag: number, reader: Reader): Promise<Received> {
  let transfer = beginInTransfer(tag, maxTransferBytes, board.tmc.inPacketBytes);
  let piece = await firstPacket(board, reader);
  if (piece === undefined) return reader.isWanted() ? "overdue" : "unwanted";
  for (let ended = false; piece !== undefined && !ended; ) {
    const accepted = acceptPiece(transfer, piece);
    ({ transfer, ended } = accepted);
    if (accepted.data.length > 0) reader.data(accepted.data);
    if (!ended) piece = await nextPiece(board, transfer);
  }
  return transfer.endOfMessage ? "message-ended" : "message-goes-on";
}

/** Undefined when the reply is not wanted any more, or has been owed for longer than anybody waits. */
async function firstPacket({ device, tmc }: Claimed, reader: Reader): Promise<Uint8Array | undefined> {
  for (let slice = 0; slice < maxReplyMilliseconds / sliceMilliseconds; slice++) {
    if (!reader.isWanted()) return undefined;
    const packet = await orTimeout(device.transferIn(tmc.inEndpoint, tmc.inPacketBytes, sliceMilliseconds));
    if (packet !== undefined) return packet;
  }
  return undefined;
}

/** Undefined when only the packet of no bytes was missing and did not come. */
async function nextPiece({ device, tmc }: Claimed, transfer: InTransfer): Promise<Uint8Array | undefined> {
  const milliseconds = canEnd(transfer) ? endMilliseconds : continueMilliseconds;
  const reading = device.transferIn(tmc.inEndpoint, nextLength(transfer), milliseconds);
  return canEnd(transfer) ? orTimeout(reading) : bytesIn(await reading);
}

/** Undefined when nothing came in time. */
async function orTimeout(
  reading: ReturnType<Claimed["device"]["transferIn"]>,
): Promise<Uint8Array | undefined> {
  try {
    return bytesIn(await reading);
  } catch (cause) {
    if (troubleOf(cause) === "timeout") return undefined;
    throw cause;
  }
}
