/** Joins a line of a board to a byte stream: passes bytes on, and watches for silence inside a message. */

import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import type { Timer } from "../../src/core/clock.ts";

/** What a host puts on a cable: the emulated firmware, or a recording of a board. */
export interface HostedBoard {
  /**
   * @param push takes what the board says later than `receive` comes back; a firmware never does.
   * @param link what the port takes in frames, where it has a link.
   */
  openLine(push: (response: Uint8Array) => void, link?: LinkLimits): HostedLine;
}

export interface HostedLine {
  /** Takes bytes from the line and returns what they are answered at once. */
  receive(chunk: Uint8Array): Uint8Array[];
  readonly midMessage: boolean;
  /** The line was silent inside a message for as long as SPEC.md allows. */
  silence(): void;
}

/** A line with a host behind it. */
export interface ServedLine {
  /** Gives a promise where the far end does not read what it asked for: it should get no more before. */
  receive(chunk: Uint8Array): Promise<void> | undefined;
  /** The port is gone, or the board was switched off: nothing is written and no timer runs any more. */
  stop(): void;
}

/** A message that rests for this long is given up (SPEC.md, Timing). */
export const silenceSeconds = 1;

/** `write` gets the responses. Where it gives a promise, the far end does not read: nothing more is worked on until it is kept. */
export function serveLine(
  line: HostedLine,
  timer: Timer,
  write: (response: Uint8Array) => unknown,
): ServedLine {
  let waiting: Uint8Array[] = [];
  let working: Promise<void> | undefined;
  let stopped = false;
  let cancelSilence = (): void => {};
  const work = (): Promise<void> | undefined => {
    for (let done = 0; done < waiting.length && !stopped; done++) {
      const full = line.receive(waiting[done]!).map(write).filter(isPromise);
      if (full.length === 0) continue;
      waiting = waiting.slice(done + 1);
      return Promise.all(full).then(work);
    }
    waiting = [];
    working = undefined;
    if (line.midMessage && !stopped) cancelSilence = timer.after(silenceSeconds, () => line.silence());
    return undefined;
  };
  return {
    receive(chunk) {
      if (stopped) return undefined;
      cancelSilence();
      for (const piece of pieces(chunk)) waiting.push(piece);
      working ??= work();
      return working;
    },
    stop() {
      stopped = true;
      cancelSilence();
    },
  };
}

const isPromise = (value: unknown): value is Promise<void> => value instanceof Promise;

const lineFeed = 0x0a;

/** Cuts behind every line feed, so that a piece calls for one response at most. */
function* pieces(chunk: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < chunk.length; ) {
    const at = chunk.indexOf(lineFeed, from);
    const to = at < 0 ? chunk.length : at + 1;
    yield chunk.subarray(from, to);
    from = to;
  }
}
