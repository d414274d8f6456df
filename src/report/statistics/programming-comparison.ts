/** What a comparison of programming algorithms found; conductances in S. */

import type { CellOutcome } from "../../chip/outcome.ts";
import { type LevelError, publishedSigma } from "./level-errors.ts";

export interface ComparedLevel extends LevelError {
  /** Root mean square of measured less target. */
  readonly errorSiemens: number;
}

export interface AgeErrors {
  /** As asked for, and the largest that there was: from the end of programming, before any late verification. */
  readonly ageSeconds: number;
  readonly oldestSeconds: number;
  /** By the size of the weights' targets: all weights, and those whose devices all converged. `devices` counts weights. */
  readonly all: readonly ComparedLevel[];
  readonly converged: readonly ComparedLevel[];
  /** Medians over the levels. */
  readonly medianErrorSiemens: number;
  readonly medianErrorOfAllSiemens: number;
  /** Error of products with random vectors over the products, root mean squares, after a scale and an offset for each column. */
  readonly mvmError: number;
}

/** What programming took, and what it came to. */
export interface ProgrammingEffort {
  readonly devices: number;
  /** With a target above the zero level. */
  readonly nonZeroDevices: number;
  readonly convergedNonZeroShare: number;
  readonly outcomes: Readonly<Record<CellOutcome, number>>;
  readonly pulses: number;
  readonly mostPulsesOfADevice: number;
  /** Upper bound of the energy of the pulses, from the supply voltage that the chip's envelope names; null without one. */
  readonly energyUpToJoules: number | null;
  /** Chip time from the first to the last pulse, waits for late verification included. */
  readonly chipSeconds: number;
}

export interface ComparedAccuracy {
  readonly ageSeconds: number;
  readonly compensation: string;
  readonly correct: number;
  readonly images: number;
  /** Fraction of correct images, with its 95 % interval. */
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
}

export interface ComparedAlgorithm {
  readonly name: string;
  readonly algorithm: string;
  readonly verifyAtSeconds: readonly number[];
  readonly parameters: object;
  /** Where the devices lie. */
  readonly places: readonly string[];
  /** Of the pattern of levels. */
  readonly pattern: ProgrammingEffort;
  readonly ages: readonly AgeErrors[];
  /** Of the network; undefined where none was programmed. */
  readonly network?: ProgrammingEffort & { readonly accuracies: readonly ComparedAccuracy[] };
}

export interface ComparedChip {
  readonly name: string;
  readonly firmware: string;
  readonly emulated: boolean;
  /** Of an emulated chip that was made for the comparison: every algorithm had one of its own, all of them alike. */
  readonly profile?: string;
  readonly seed: number;
}

export interface ProgrammingComparison {
  readonly chip: ComparedChip;
  readonly gmaxSiemens: number;
  readonly devicesPerWeight: 2 | 4;
  /** Net conductance of the largest weights. */
  readonly largestSiemens: number;
  /** Of the pattern. */
  readonly weightsPerLevel: number;
  /** How conductances came from codes. */
  readonly calibration: string;
  /** Whether the array did the products, or they were computed with the conductances that were read. */
  readonly productsInArray: boolean;
  readonly network?: {
    readonly name: string;
    readonly weights: number;
    readonly digital: Omit<ComparedAccuracy, "ageSeconds" | "compensation">;
  };
  readonly algorithms: readonly ComparedAlgorithm[];
  /** Why some of the algorithms that were asked for are missing. */
  readonly unfinished?: string;
}

/**
 * What the published spread of single devices (`publishedSigma`) makes of a weight at the level g (S): that of the device that holds it, or
 * of the two that do, the first one up to gmax and the second with the rest. The devices near zero are left out.
 */
export function publishedError(
  g: number,
  { gmaxSiemens, devicesPerWeight }: Pick<ProgrammingComparison, "gmaxSiemens" | "devicesPerWeight">,
): number {
  const device = (share: number): number => publishedSigma(share, gmaxSiemens);
  if (devicesPerWeight === 2) return device(g);
  return g <= 0.5 ? device(2 * g) : Math.hypot(device(1), device(2 * g - 1));
}
