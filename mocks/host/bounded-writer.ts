/** Writes to a terminal whose reader may have stopped: what waits is counted, so that whoever writes can wait as well. */

import { writevSync } from "node:fs";
import type { Timer } from "../../src/core/clock.ts";

/**
 * Beyond this much unread output a board works on nothing more (bytes); the largest reply may come on top. Little enough that what comes
 * next is made while this is read: a terminal holds 8 KiB, and runs dry while a board makes much at once.
 */
export const maxUnreadBytes = 1 << 16;
/** A terminal that is full is tried again at once so often, since its reader is most often only slow, and then now and then. */
const quickRetries = 2000;
const retrySeconds = 5e-3;
/** One call of the system takes so many pieces: a terminal holds 64 KiB, and each call costs as much as copying that. */
const piecesPerCall = 64;

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
  #retrying = false;
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
    // Whatever the terminal took since then makes room; a board that makes much at once would else let it run dry.
    this.#write();
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

  /** Without a detour through another thread, which takes longer than the terminal takes to empty; nothing blocks. */
  #write(): void {
    while (this.#queue.length > 0) {
      const written = this.#tryWrite();
      if (written === undefined) {
        if (!this.#retrying) this.#retry();
        return;
      }
      this.#wrote(written);
    }
  }

  /** Undefined when the terminal is full. */
  #tryWrite(): number | undefined {
    try {
      return writevSync(this.#fd, this.#queue.slice(0, piecesPerCall));
    } catch (failure) {
      if (failure instanceof Error && "code" in failure && failure.code === "EAGAIN") return undefined;
      // The terminal is gone; the end of its reading side tells the host.
      this.stop();
      return 0;
    }
  }

  #wrote(written: number): void {
    this.#retries = 0;
    this.#waitingBytes -= written;
    let left = written;
    let whole = 0;
    for (; left > 0 && left >= this.#queue[whole]!.length; whole++) left -= this.#queue[whole]!.length;
    this.#queue.splice(0, whole);
    if (left > 0) this.#queue[0] = this.#queue[0]!.subarray(left);
    if (this.#waitingBytes <= maxUnreadBytes) this.#release();
  }

  #retry(): void {
    const again = (): void => {
      this.#retrying = false;
      this.#write();
    };
    this.#retrying = true;
    const quick = ++this.#retries <= quickRetries;
    if (quick) setImmediate(again);
    else this.#cancelRetry = this.#timer.after(retrySeconds, again);
  }

  #release(): void {
    for (const resolve of this.#blocked.splice(0)) resolve();
  }
}
