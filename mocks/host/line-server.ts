/** Joins a firmware line to a byte stream: passes bytes on, and watches for silence inside a message. */

import type { Timer } from "../../src/core/clock.ts";
import type { FirmwareLine } from "../firmware/firmware.ts";

/** A message that rests for this long is given up (SPEC.md, Timing). */
export const silenceSeconds = 1;

/** Returns what takes the received bytes; `write` gets the responses. */
export function serveLine(
  line: FirmwareLine,
  timer: Timer,
  write: (response: Uint8Array) => void,
): (chunk: Uint8Array) => void {
  let cancelSilence = (): void => {};
  return (chunk) => {
    cancelSilence();
    for (const response of line.receive(chunk)) write(response);
    if (line.midMessage) cancelSilence = timer.after(silenceSeconds, () => line.silence());
  };
}
