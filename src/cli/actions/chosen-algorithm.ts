/** How a run programs: the algorithm with its parameters for the chip, and when it verifies late. */

import type { ProgrammingAlgorithm } from "../../../calibration/program-verify/algorithm.ts";
import {
  type AlgorithmName,
  algorithmFor,
  algorithmNames,
  type Choices,
  isAlgorithmName,
} from "../../../calibration/program-verify/algorithms.ts";
import { parametersFor } from "../../../calibration/program-verify/parameters.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { ReadOptions } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { parseDurations } from "../../core/units.ts";
import type { WeightLimits } from "../../network/mapping.ts";

export interface AlgorithmArguments {
  /** Melt-quench when not given. */
  readonly algorithm?: AlgorithmName | undefined;
  readonly verifyAt?: string | undefined;
}

export interface ChosenAlgorithm {
  readonly algorithm: ProgrammingAlgorithm;
  /** Seconds after the programming of a block, rising. */
  readonly verifyAtSeconds: readonly number[];
  /** Of the readout right after programming. */
  readonly reading: ReadOptions;
  /** Targets of a device up to this are the zero level, S. */
  readonly zeroSiemens: number;
}

/**
 * Several devices of one sign are filled up to gmax one after the other, as the mapping has it.
 * @throws LabError LIMIT when the chip cannot do what the algorithm needs.
 */
export function chosenAlgorithm(
  name: AlgorithmName,
  verifyAtSeconds: readonly number[],
  descriptor: Descriptor,
  { gmaxSiemens, devicesPerWeight }: WeightLimits,
): ChosenAlgorithm {
  const { averages, readVolts, zeroSiemens } = parametersFor(descriptor);
  const choices: Choices = devicesPerWeight === 2 ? {} : { split: "fill-first", deviceSiemens: gmaxSiemens };
  const algorithm = algorithmFor(name, descriptor, choices);
  algorithm.assertPossible(descriptor);
  return { algorithm, verifyAtSeconds, reading: { averages, readVolts }, zeroSiemens };
}

/** @throws LabError USAGE. */
export function parseVerifyAt(text: string | undefined): number[] {
  const times = text === undefined ? [] : parseDurations(text);
  if (times.every((time) => time > 0)) return [...new Set(times)].sort((a, b) => a - b);
  throw new LabError("USAGE", `--verify-at ${text}: times must be above zero`, {
    next: "give times such as 5s,20s",
  });
}

/** As a process that goes on with the run has to find it. */
export const plannedAlgorithm = ({ algorithm, verifyAtSeconds }: ChosenAlgorithm) => ({
  algorithm: algorithm.name,
  parameters: { ...algorithm.parameters, verifyAtSeconds },
});

/** @throws LabError STORE_CONTENT for an algorithm that this version does not have. */
export function knownAlgorithm(word: string): AlgorithmName {
  if (isAlgorithmName(word)) return word;
  throw new LabError("STORE_CONTENT", `the run programs by ${word}, which this pcmlab does not know`, {
    next: `resume it with the pcmlab that began it, or program the network again by one of ${algorithmNames.join(", ")}`,
  });
}
