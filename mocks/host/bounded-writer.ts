/** Writes to a terminal whose reader may have stopped: what waits is counted, so that whoever writes can wait as well. */

import { write as writeFile } from "node:fs";
import type { Timer } from "../../src/core/clock.ts";

/** Beyond this much unread output a board works on nothing more (bytes). The largest reply may come on top. */
export const maxUnreadBytes = 1 << 20;
/** A terminal that is full is tried again at once so often, since its reader is most often only slow, and then now and then. */
const quickRetries = 200;
const retrySeconds = 5e-3;

export interface BoundedWriter {
  /** Comes back at once while there is room, else when there is room again or the writer was stopped. */
  put(bytes: Uint8Array): Promise<void> | undefined;
  /** What waits is dropped. */
  stop(): void;
}

/** @param fd a terminal that does not block; it is not closed here. */
export function boundedWriter(fd: number, timer: Timer): BoundedWriter {
  return new TerminalWriter(fd, timer);
}

class TerminalWriter implements BoundedWriter {
  readonly #fd: number;
  readonly #timer: Timer;
  readonly #queue: Uint8Array[] = [];
  #waitingBytes = 0;
  #retries = 0;
  #stopped = false;
  #cancelRetry = (): void => {};
  readonly #blocked: (() => void)[] = [];

  constructor(fd: number, timer: Timer) {
    this.#fd = fd;
    this.#timer = timer;
  }

  put(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#stopped || bytes.length === 0) return undefined;
    this.#queue.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#queue.length === 1) this.#write();
    if (this.#waitingBytes <= maxUnreadBytes) return undefined;
    return new Promise((resolve) => this.#blocked.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#queue.length = 0;
    this.#waitingBytes = 0;
    this.#release();
  }

  #write(): void {
    const first = this.#queue[0];
    if (first === undefined) return;
    writeFile(this.#fd, first, (failure, written) => {
      if (this.#stopped) return;
      if (failure === null) this.#wrote(first, written);
      else if (failure.code === "EAGAIN") this.#retry();
      // The terminal is gone; the end of its reading side tells the host.
      else this.stop();
    });
  }

  #wrote(first: Uint8Array, written: number): void {
    this.#retries = 0;
    this.#waitingBytes -= written;
    if (written === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(written);
    if (this.#waitingBytes <= maxUnreadBytes) this.#release();
    this.#write();
  }

  #retry(): void {
    const quick = ++this.#retries <= quickRetries;
    if (quick) setImmediate(() => this.#write());
    else this.#cancelRetry = this.#timer.after(retrySeconds, () => this.#write());
  }

  #release(): void {
    for (const resolve of this.#blocked.splice(0)) resolve();
  }
}
