/** Finds out when the wall clock of the host was set, or the machine slept: it is compared with the clock that nobody sets. */

import type { Clock } from "../core/clock.ts";

/** NTP slews a clock by 500 ppm at most (RFC 5905, section 11.3); over a look every few seconds that is far less. */
const smallestJumpSeconds = 1;

export class ClockJumps {
  readonly #clock: Clock;
  #differenceSeconds: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#differenceSeconds = difference(clock);
  }

  /** By how much the wall clock has jumped since the last look (s); undefined when it has not. */
  look(): number | undefined {
    const now = difference(this.#clock);
    const jump = now - this.#differenceSeconds;
    this.#differenceSeconds = now;
    return Math.abs(jump) >= smallestJumpSeconds ? jump : undefined;
  }
}

const difference = (clock: Clock): number => clock.wallSeconds() - clock.monotonicSeconds();
