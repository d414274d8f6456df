/** Waits for the clock of a chip that cannot be moved: sleeps, and looks at it now and then. */

import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { sleep } from "../../src/core/sleep.ts";

/**
 * Longest sleep between two looks at the clock of a chip that follows the wall clock: a keepalive. With the 5 s that a quick
 * operation is given, a board that fell silent meanwhile is found within 15 s.
 */
const maxSleepSeconds = 10;
const firstSleepSeconds = 1;

/**
 * Comes back when the chip clock has reached the given time (s); gives the chip time then.
 * @param now asks the chip clock. @throws LabError INTERRUPTED, BAD_REPLY when the chip clock stands still, and what `now` throws.
 */
export async function sleepUntil(
  chipSeconds: number,
  now: () => Promise<number>,
  timer: Timer,
  signal: AbortSignal | undefined,
): Promise<number> {
  // An emulator's clock may run faster than the wall's: the rate is measured, and the first sleep is short.
  let chipSecondsPerSecond = 1;
  let sleptSeconds = 0;
  let before = Number.NaN;
  for (;;) {
    const current = await now();
    if (current >= chipSeconds) return current;
    if (current <= before) {
      const next = "the board's firmware must count chip time (SPEC.md, Chip time)";
      throw new LabError("BAD_REPLY", `the chip clock stands still at ${current} s`, { next });
    }
    if (sleptSeconds > 0) chipSecondsPerSecond = Math.max(1, (current - before) / sleptSeconds);
    const longest = sleptSeconds === 0 ? firstSleepSeconds : maxSleepSeconds;
    before = current;
    sleptSeconds = Math.min((chipSeconds - current) / chipSecondsPerSecond, longest);
    await sleep(sleptSeconds, timer, signal, interrupted);
  }
}

const interrupted = (): LabError =>
  new LabError("INTERRUPTED", "waiting for the chip clock was stopped by the user");
