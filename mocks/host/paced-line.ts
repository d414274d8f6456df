/** Holds bytes to the rate of a UART: what is pushed comes out no faster than the line would carry it. */

import type { Clock, Timer } from "../../src/core/clock.ts";

/** A byte on the line is a start bit, 8 data bits and a stop bit. */
const bitsPerByte = 10;
/** How often bytes are let out; the shortest that timers keep. */
const tickSeconds = 1e-3;

export interface PacedLine {
  /** Comes back when the line can take more: it holds a little, like the buffer of a UART. */
  push(bytes: Uint8Array): Promise<void>;
  readonly waitingBytes: number;
  /** Nothing is let out any more. */
  stop(): void;
}

/** 27 ms at 3,000,000 baud: a late tick does not leave the line idle. */
const bufferBytes = 8192;

/** @param letOut where it gives a promise, the far end does not read: nothing more comes out until it is kept. */
export function pacedLine(
  baud: number,
  clock: Clock,
  timer: Timer,
  letOut: (bytes: Uint8Array) => Promise<void> | undefined,
): PacedLine {
  const bytesPerSecond = baud / bitsPerByte;
  const queue: Uint8Array[] = [];
  const blocked: (() => void)[] = [];
  let waitingBytes = 0;
  /** When the line became busy, and what it has carried since. */
  let busySince = 0;
  let carried = 0;
  let held = false;
  let stopped = false;
  let cancel: () => void = () => {};

  const start = (): void => {
    if (held || stopped) return;
    busySince = clock.monotonicSeconds();
    carried = 0;
    cancel = timer.after(tickSeconds, tick);
  };
  const holdUntil = (free: Promise<void>): void => {
    held = true;
    void free.then(() => {
      held = false;
      if (queue.length > 0) start();
    });
  };
  const tick = (): void => {
    // The clock decides how much, not the ticks, which come late on a busy machine.
    let allowance = Math.floor((clock.monotonicSeconds() - busySince) * bytesPerSecond) - carried;
    for (let first = queue[0]; first !== undefined && allowance > 0 && !held; first = queue[0]) {
      const part = first.subarray(0, allowance);
      if (part.length === first.length) queue.shift();
      else queue[0] = first.subarray(part.length);
      allowance -= part.length;
      carried += part.length;
      waitingBytes -= part.length;
      const free = letOut(part);
      if (free !== undefined) holdUntil(free);
    }
    if (queue.length > 0 && !held) cancel = timer.after(tickSeconds, tick);
    if (waitingBytes <= bufferBytes) for (const unblock of blocked.splice(0)) unblock();
  };

  return {
    push(bytes) {
      if (bytes.length > 0 && queue.length === 0) start();
      if (bytes.length > 0) queue.push(bytes);
      waitingBytes += bytes.length;
      return waitingBytes <= bufferBytes
        ? Promise.resolve()
        : new Promise((unblock) => void blocked.push(unblock));
    },
    get waitingBytes() {
      return waitingBytes;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
