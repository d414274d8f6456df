/** The chip's clock: virtual, moved by operations and on request, or following a clock of the host at a chosen speed. */

import type { ClockKind } from "../../src/chip/clock-kind.ts";
import type { Clock } from "../../src/core/clock.ts";

export interface ChipClock {
  /** Chip time (s); never less than an earlier answer. */
  now(): number;
  /** An operation ends at this chip time (s), or time is skipped until then; a time in the past changes nothing. */
  passTo(seconds: number): void;
  /** Whether a host may skip time: the feature "advance-time". */
  readonly canSkip: boolean;
  readonly kind: ClockKind;
}

/** Stands still between operations. It keeps doing so while the emulator is off, so a saved chip goes on at its old time. */
export function virtualClock(startSeconds = 0): ChipClock {
  let seconds = startSeconds;
  return {
    canSkip: true,
    kind: { kind: "virtual", factor: 1, offTime: "stands" },
    now: () => seconds,
    passTo(end) {
      seconds = Math.max(seconds, end);
    },
  };
}

/**
 * Chip time passes `factor` times as fast as the monotonic time of `clock`. An operation is emulated sooner or later than
 * its own duration: when sooner, the clock already shows the end of the operation and rests there until the followed
 * clock has caught up; when later, the next operation begins later.
 * @param offTime what becomes of chip time while the board is off, which who switches it on sees to.
 */
export function followingClock(
  clock: Pick<Clock, "monotonicSeconds">,
  factor: number,
  startSeconds = 0,
  offTime: ClockKind["offTime"] = "stands",
): ChipClock {
  const beganSeconds = clock.monotonicSeconds();
  let earliest = startSeconds;
  const passTo = (seconds: number): void => {
    earliest = Math.max(earliest, seconds);
  };
  return {
    canSkip: false,
    kind: { kind: "real", factor, offTime },
    now() {
      passTo(startSeconds + (clock.monotonicSeconds() - beganSeconds) * factor);
      return earliest;
    },
    passTo,
  };
}
