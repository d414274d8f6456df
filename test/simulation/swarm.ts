/** Which faults a run has, and how often: swarm testing (Groce et al. 2012) leaves about half of them out of every run. */

import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import type { Prng } from "../../src/core/prng.ts";

/** Probabilities for each frame, and for each operation of the host. */
export interface Faults {
  readonly drop: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly delay: number;
  readonly flip: number;
  readonly truncate: number;
  readonly merge: number;
  readonly stall: number;
  readonly reboot: number;
  readonly disconnect: number;
}

/** Of frames; a run in which each frame suffers more is no cable. */
const mostOften = 0.05;
/** Of operations: a run has some dozens. */
const mostFailures = 0.05;
const mostStalls = 0.01;

export function swarm(prng: Prng): Faults {
  const chosen = (most: number): number => (prng.below(2) === 0 ? 0 : prng.uniform() * most);
  return {
    drop: chosen(mostOften),
    duplicate: chosen(mostOften),
    reorder: chosen(mostOften),
    delay: chosen(mostOften),
    flip: chosen(mostOften),
    truncate: chosen(mostOften),
    merge: chosen(mostOften),
    stall: chosen(mostStalls),
    reboot: chosen(mostFailures),
    disconnect: chosen(mostFailures),
  };
}

/** What one side of the link can take: from a small microcontroller to a computer. */
export const someLimits = (prng: Prng): LinkLimits => ({
  payloadBytes: [64, 100, 256, 4096][prng.below(4)] ?? 64,
  windowFrames: [1, 2, 4, 16, 64][prng.below(5)] ?? 1,
});
