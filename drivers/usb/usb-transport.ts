/**
 * A byte transport over USBTMC (VISA `USB0::0x1209::0x0001::SERIAL::INSTR`).
 *
 * Every `write` is one USBTMC message: DEV_DEP_MSG_OUT transfers of at most 64 KiB, EOM on the last. When it holds a query
 * (replies-owed.ts), the reply is requested by REQUEST_DEV_DEP_MSG_IN until EOM; exchange.ts says in which order messages
 * and requests are sent so that pipelining works with any board. What comes is handed on as it comes.
 *
 * Waits: a reply is waited for in slices of single-packet reads, so that closing never waits long; the session above has
 * the timeouts of SPEC.md, 12. A transfer that stops half-way, a stall or a malformed header ends the connection. Closing
 * aborts what is under way; opening clears the board, so the next command finds it as new.
 */

import { encodeBulkOutHeader, encodeDeviceMessage } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import { nextStatusTag, nextTag } from "../../firmware-protocol/usbtmc/tag.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import { maxTransferBytes, readTransfer, transferOut } from "./bulk.ts";
import type { Claimed } from "./claim.ts";
import { abortBulkIn, abortBulkOut, clear, readStatusByte } from "./control.ts";
import { type Exchange, messageSent, nextStep, quiet, requestSent, transferEnded } from "./exchange.ts";
import { repliesOwed } from "./replies-owed.ts";
import { transferFailure } from "./trouble.ts";

/** Messages that wait to be sent. */
const maxWaiting = 256;
/** How long closing waits for what is under way. */
const settleSeconds = 3;

export interface UsbTransport extends Transport {
  /** READ_STATUS_BYTE, beside the messages: also answered while the board works. @throws LabError. */
  readStatusByte(): Promise<number>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (failure: LabError) => void;
}

export class UsbtmcTransport implements UsbTransport {
  readonly #board: Claimed;
  readonly #timer: Timer;
  readonly #inbox = new Inbox();
  readonly #waiting: Waiting[] = [];
  #exchange: Exchange = quiet;
  #tag = 0;
  #requestTag = 0;
  #statusTag = 0;
  #sending: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** @param board is cleared (control.ts) and belongs to the transport from now on. */
  constructor(board: Claimed, timer: Timer) {
    this.#board = board;
    this.#timer = timer;
  }

  get name(): string {
    return this.#board.name;
  }

  listen(listener: TransportListener): void {
    this.#inbox.listen(listener);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#inbox.closedBy !== undefined) return Promise.reject(this.#inbox.closedBy);
    if (this.#waiting.length >= maxWaiting) throw new RangeError(`more than ${maxWaiting} messages wait`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#go();
    });
  }

  async readStatusByte(): Promise<number> {
    this.#statusTag = nextStatusTag(this.#statusTag);
    try {
      return await readStatusByte(this.#board, this.#statusTag);
    } catch (cause) {
      throw this.#failure("reading the status of", cause);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  /** Starts what sends, unless it runs already. */
  #go(): void {
    if (this.#sending !== undefined || this.#inbox.closedBy !== undefined) return;
    this.#sending = this.#send()
      .catch((cause: unknown) => this.#fail("sending a message to", cause))
      .finally(() => {
        this.#sending = undefined;
        if (nextStep(this.#exchange, this.#waiting.length) !== "wait") this.#go();
      });
  }

  async #send(): Promise<void> {
    while (this.#inbox.closedBy === undefined) {
      const step = nextStep(this.#exchange, this.#waiting.length);
      const message = step === "send" ? this.#waiting[0] : undefined;
      if (step === "wait") return;
      if (message === undefined) await this.#request();
      else await this.#sendMessage(message);
    }
  }

  async #sendMessage({ bytes, resolve }: Waiting): Promise<void> {
    for (let at = 0; at < bytes.length; at += maxTransferBytes) {
      // The rest of a message that nobody wants any more is not sent; closing clears what the board has of it.
      if (this.#inbox.closedBy !== undefined) return;
      const part = bytes.subarray(at, at + maxTransferBytes);
      this.#tag = nextTag(this.#tag);
      await transferOut(this.#board, encodeDeviceMessage(this.#tag, part, at + part.length === bytes.length));
    }
    this.#waiting.shift();
    this.#exchange = messageSent(this.#exchange, repliesOwed(bytes));
    resolve();
  }

  async #request(): Promise<void> {
    this.#tag = nextTag(this.#tag);
    this.#requestTag = this.#tag;
    const header = { kind: "request", tag: this.#tag, size: maxTransferBytes } as const;
    await transferOut(this.#board, encodeBulkOutHeader(header));
    this.#exchange = requestSent(this.#exchange);
    this.#reading = this.#read(this.#requestTag)
      .catch((cause: unknown) => this.#fail("reading from", cause))
      .finally(() => {
        this.#reading = undefined;
        this.#go();
      });
  }

  async #read(tag: number): Promise<void> {
    const received = await readTransfer(this.#board, tag, {
      isWanted: () => this.#inbox.closedBy === undefined,
      data: (bytes) => this.#inbox.bytes(bytes),
    });
    // What is not wanted any more is aborted when everything is at rest (close).
    if (received === "unwanted") return;
    if (received === "overdue") await abortBulkIn(this.#board, tag, this.#timer);
    this.#exchange =
      received === "overdue" ? quiet : transferEnded(this.#exchange, received === "message-ended");
  }

  #failure(doing: string, cause: unknown): LabError {
    if (!(cause instanceof UsbtmcFault)) return transferFailure(this.name, doing, cause);
    const next = "update the board's firmware; SPEC.md says what it must send";
    return new LabError("BAD_REPLY", `${this.name} breaks USBTMC: ${cause.message}`, { cause, next });
  }

  #fail(doing: string, cause: unknown): void {
    this.#end(this.#failure(doing, cause));
    void this.close();
  }

  #end(reason: LabError): void {
    this.#inbox.close(reason);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#inbox.closedBy ?? reason);
  }

  async #shutDown(): Promise<void> {
    this.#end(new LabError("LINK_LOST", `${this.name} was closed`));
    const interrupted = this.#sending !== undefined;
    // Halts the endpoint, so that a message which the board does not take ends now.
    if (interrupted) await abortBulkOut(this.#board, this.#tag, this.#timer).catch(ignored);
    await this.#settled();
    if (interrupted) await clear(this.#board, this.#timer).catch(ignored);
    else if (this.#exchange.requested)
      await abortBulkIn(this.#board, this.#requestTag, this.#timer).catch(ignored);
    await this.#board.release();
  }

  /** Comes back when nothing is under way any more, or after a while. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timer.after(settleSeconds, resolve);
      void Promise.all([this.#sending, this.#reading]).then(() => {
        cancel();
        resolve();
      });
    });
  }
}

const ignored = (): void => {};
