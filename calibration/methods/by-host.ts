/** Programming by an algorithm of program-verify on the host. */

import type { WeightBlock } from "../../src/chip/weight-block.ts";
import type { AlgorithmWithLimits, DeviceLimits } from "../program-verify/algorithms.ts";
import { targetsOfGood } from "../program-verify/known-bad.ts";
import {
  mostCellsAtOnce,
  programBlock,
  programmedBands,
  verifyLate,
} from "../program-verify/program-block.ts";
import type { MethodOptions, ProgrammingMethod } from "./method.ts";

export const byHost = ({ algorithm, limits }: AlgorithmWithLimits): ProgrammingMethod => ({
  name: algorithm.name,
  parameters: algorithm.parameters,
  assertPossible: ({ descriptor }, blocks) =>
    algorithm.assertPossible(descriptor, mostCellsAtOnce(blocks, descriptor)),
  bands: programmedBands,
  program: (chip, block, targets, options) =>
    programBlock(chip, block, goodTargets(block, targets, options, limits), {
      ...bandsOptions(options),
      algorithm,
    }),
  verifyLate: (chip, block, targets, before, options) =>
    verifyLate(chip, block, goodTargets(block, targets, options, limits), before, {
      ...bandsOptions(options),
      algorithm,
    }),
});

export const goodTargets = (
  block: WeightBlock,
  targets: Float32Array,
  { bad }: Pick<MethodOptions, "bad">,
  limits: DeviceLimits,
): Float32Array => (bad === undefined ? targets : targetsOfGood(block, targets, bad, limits));

export const bandsOptions = ({ bad, restarted: _, ...options }: MethodOptions) => ({
  ...options,
  ...(bad && { knownBad: bad.knownBad }),
});
