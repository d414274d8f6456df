/**
 * Requests and replies over a transport, pipelined: several requests may be under way, and replies come in their order.
 * A reply that does not come in time, or bytes that belong to no request, end the session, since from then on nobody
 * could say which reply belongs to which request.
 */

import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError, unsent } from "../../src/core/errors.ts";
import type { Transport } from "../transport/transport.ts";

/** The largest reply: a region of 2^20 cells of 4 bytes and its header. */
const maxReplyBytes = (1 << 22) + 1024;
/** Requests under way at a time. */
export const maxPending = 64;

interface Pending {
  readonly what: string;
  readonly timeoutSeconds: number;
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (failure: LabError) => void;
}

export class Session {
  readonly #transport: Transport;
  readonly #timer: Timer;
  readonly #scanner = new MessageScanner(maxReplyBytes);
  readonly #pending: Pending[] = [];
  readonly #arrived: Scanned[] = [];
  #cancelTimeout: () => void = () => {};
  #failure: LabError | undefined;

  constructor(transport: Transport, timer: Timer) {
    this.#transport = transport;
    this.#timer = timer;
    transport.listen({
      bytes: (chunk) => {
        if (this.#failure !== undefined) return;
        const idle = this.#arrived.length === 0;
        for (const scanned of this.#scanner.push(chunk)) this.#arrived.push(scanned);
        if (idle) this.#deliver();
      },
      closed: (reason) => this.#fail(reason),
    });
  }

  get name(): string {
    return this.#transport.name;
  }

  /** Why no further request can be made; undefined while it can. */
  get endedBy(): LabError | undefined {
    return this.#failure;
  }

  /** Sends a message that is not answered. */
  send(message: Uint8Array): Promise<void> {
    return this.#transport.write(message);
  }

  /**
   * Sends a message and waits for its response message.
   * @param what names the request in errors.
   * @throws LabError NO_ANSWER, LINK_LOST, BAD_REPLY; `unsent` when the session had ended before.
   */
  query(message: Uint8Array, what: string, timeoutSeconds: number): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(unsent(this.#failure));
    if (this.#pending.length >= maxPending)
      throw new RangeError(`more than ${maxPending} requests under way`);
    return new Promise((resolve, reject) => {
      this.#pending.push({ what, timeoutSeconds, resolve, reject });
      if (this.#pending.length === 1) this.#watchOldest();
      this.#transport.write(message).catch((cause: unknown) => this.#fail(this.#lost(cause)));
    });
  }

  /** Requests under way fail with LINK_LOST. */
  close(): Promise<void> {
    this.#end(new LabError("LINK_LOST", `the session with ${this.name} was closed`));
    return this.#transport.close();
  }

  /**
   * Hands out one reply at a time, and the next one only after everything that the first set off has run. So what the
   * host sends next does not depend on how the bytes were chopped, and equal runs send equal bytes.
   */
  #deliver(): void {
    const scanned = this.#arrived[0];
    if (scanned === undefined) return;
    this.#take(scanned);
    setImmediate(() => {
      this.#arrived.shift();
      this.#deliver();
    });
  }

  #take(scanned: Scanned): void {
    const oldest = this.#pending[0];
    if (scanned.kind === "fault") this.#fail(this.#garbled(scanned.detail));
    else if (oldest === undefined) this.#fail(this.#garbled("bytes that nobody asked for"));
    else {
      this.#pending.shift();
      this.#watchOldest();
      oldest.resolve(scanned.bytes);
    }
  }

  #watchOldest(): void {
    this.#cancelTimeout();
    const oldest = this.#pending[0];
    if (oldest === undefined) return;
    this.#cancelTimeout = this.#timer.after(oldest.timeoutSeconds, () => {
      const message = `${this.name} did not answer ${oldest.what} within ${oldest.timeoutSeconds} s`;
      const next = "check the board, then run the command again; what was acknowledged is stored";
      this.#fail(new LabError("NO_ANSWER", message, { next }));
    });
  }

  #fail(failure: LabError): void {
    if (this.#failure !== undefined) return;
    this.#end(failure);
    void this.#transport.close();
  }

  #end(failure: LabError): void {
    this.#failure ??= failure;
    this.#cancelTimeout();
    this.#arrived.length = 0;
    for (const pending of this.#pending.splice(0)) pending.reject(failure);
  }

  #garbled(detail: string): LabError {
    return new LabError("BAD_REPLY", `${this.name} sent what the protocol does not allow: ${detail}`, {
      next: "check the baud rate and that no other program uses the port",
    });
  }

  #lost(cause: unknown): LabError {
    return cause instanceof LabError
      ? cause
      : new LabError("LINK_LOST", `writing to ${this.name} failed`, { cause });
  }
}
