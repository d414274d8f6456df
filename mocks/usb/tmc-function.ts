/**
 * The USBTMC / USB488 function of the emulated board: joins the bulk endpoints and the class requests to a firmware line.
 * A message of the host ends at EOM, with or without a line feed (IEEE 488.2, 7.5); each response is one message back.
 */

import { messageId } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { encodeCapabilities } from "../../firmware-protocol/usbtmc/capabilities.ts";
import {
  encodeAbort,
  encodeAbortStatus,
  encodeClear,
  encodeClearStatus,
  encodeStatusByte,
} from "../../firmware-protocol/usbtmc/class-answer.ts";
import type { ClassRequest } from "../../firmware-protocol/usbtmc/class-request.ts";
import { type Setup, tmcStatus } from "../../firmware-protocol/usbtmc/class-request.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import type { FirmwareLine } from "../firmware/firmware.ts";
import { BulkInQueue } from "./bulk-in-queue.ts";
import { type BulkOutEvent, BulkOutStream } from "./bulk-out-stream.ts";
import { packetBytes } from "./identity.ts";

/** What there must be of a firmware: cables to it. */
export interface Board {
  openLine(): FirmwareLine;
}

/** Messages that the host may send before it fetches the first response (SPEC.md, 4). */
const maxResponses = 64;
const maxResponseBytes = 16 << 20;

export class TmcFunction {
  readonly #board: Board;
  readonly #out = new BulkOutStream();
  readonly input = new BulkInQueue(packetBytes);
  readonly #room: number;
  #line: FirmwareLine;

  /** @param room responses that may wait for the host before the board takes no more messages. */
  constructor(board: Board, room = maxResponses) {
    this.#board = board;
    this.#room = room;
    this.#line = board.openLine();
  }

  /** False when these bytes are of a message and the board has no memory for the response; a request always fits. */
  hasRoomFor(bytes: Uint8Array): boolean {
    const full = this.input.responses >= this.#room || this.input.responseBytes > maxResponseBytes;
    return !full || (this.#out.isBetweenTransfers && bytes[0] === messageId.requestDeviceMessage);
  }

  /** Takes bytes of the Bulk-OUT endpoint. @returns the endpoint that must halt because of them (USBTMC, 3.2.2, 3.3.2). */
  receive(bytes: Uint8Array, short: boolean): "out" | "in" | undefined {
    try {
      const events = this.#out.push(bytes, short);
      return events.every((event) => this.#handle(event)) ? undefined : "in";
    } catch (fault) {
      if (!(fault instanceof UsbtmcFault)) throw fault;
      this.#dropUnfinished();
      return "out";
    }
  }

  /** The answer to a class request. */
  answer(request: ClassRequest, setup: Setup): Uint8Array {
    switch (request) {
      case "initiateAbortBulkOut":
        return encodeAbort(this.#abortOut(setup.value & 0xff));
      case "checkAbortBulkOutStatus":
        return this.#abortStatus(false, this.#out.receivedBytes);
      case "initiateAbortBulkIn": {
        const tag = this.input.requestTag;
        return encodeAbort({ status: this.input.abort(setup.value & 0xff), tag });
      }
      case "checkAbortBulkInStatus":
        return this.#abortStatus(this.input.inProgress, this.input.sentBytes);
      case "initiateClear":
        this.reset();
        return encodeClear(tmcStatus.success);
      case "checkClearStatus":
        return encodeClearStatus({ status: tmcStatus.success, mustRead: false });
      case "getCapabilities":
        return encodeCapabilities(capabilities);
      case "readStatusByte":
        return encodeStatusByte(this.#statusByte(setup.value & 0xff));
      default:
        return request satisfies never;
    }
  }

  /** All that is under way is forgotten, in both directions. */
  reset(): void {
    this.#dropUnfinished();
    this.input.clear();
  }

  /** False when the host asks for input that it has asked for before. */
  #handle(event: BulkOutEvent): boolean {
    if (event.kind === "request") return this.input.request(event);
    if (event.kind === "data") this.#feed(event.bytes);
    else this.#endMessage();
    return true;
  }

  #feed(bytes: Uint8Array): void {
    for (const response of this.#line.receive(bytes)) this.input.offer(response);
  }

  /** EOM ends the message also without a line feed. If a block still lacks bytes, it never gets them (-161). */
  #endMessage(): void {
    if (this.#line.midMessage) this.#feed(lineFeed);
    this.#line.silence();
  }

  #abortOut(tag: number): { status: number; tag: number } {
    const current = this.#out.transferTag;
    if (current === undefined) return { status: tmcStatus.failed, tag: 0 };
    if (current !== tag) return { status: tmcStatus.transferNotInProgress, tag: current };
    this.#dropUnfinished();
    return { status: tmcStatus.success, tag };
  }

  #abortStatus(mustRead: boolean, transferredBytes: number): Uint8Array {
    const status = mustRead ? tmcStatus.pending : tmcStatus.success;
    return encodeAbortStatus({ status, mustRead, transferredBytes });
  }

  /** There is no interrupt endpoint, so the status byte is in the answer itself (USB488, 4.3.1). */
  #statusByte(tag: number): { status: number; tag: number; statusByte: number } {
    const status = tag >= 2 && tag <= 127 ? tmcStatus.success : tmcStatus.failed;
    return { status, tag, statusByte: status === tmcStatus.success ? this.#serialPoll() : 0 };
  }

  /** The register that `*STB?` reads, asked for on a line of its own, and the message available bit of this interface. */
  #serialPoll(): number {
    const answer = textOfBytes(concatBytes(this.#board.openLine().receive(bytesOf("*STB?\n"))));
    return Number(answer) | (this.input.responses > 0 ? messageAvailableBit : 0);
  }

  /** A new line forgets the old one's unfinished message without a word in the error queue. */
  #dropUnfinished(): void {
    this.#out.reset();
    this.#line = this.#board.openLine();
  }
}

const lineFeed = bytesOf("\n");
/** MAV (IEEE 488.2, 11.2.1.2). */
const messageAvailableBit = 16;

const capabilities = {
  listenOnly: false,
  talkOnly: false,
  indicatorPulse: false,
  terminator: true,
  trigger: false,
  remoteLocal: false,
  // The board queues responses instead of the message exchange of IEEE 488.2, chapter 6 (SPEC.md, 3.4).
  ieee4882: false,
  scpi: true,
  serviceRequest: false,
} as const;
