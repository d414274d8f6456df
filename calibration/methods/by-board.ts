/** Programming by the board itself; late verification, which needs single readings, is done by the same algorithm on the host. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { assertBoardCan, programBlockOnBoard } from "../on-board/program-on-board.ts";
import { meltQuench } from "../program-verify/melt-quench.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { programBlock, programmedBands, verifyLate } from "../program-verify/program-block.ts";
import { bandsOptions, goodTargets } from "./by-host.ts";
import type { MethodOptions, ProgrammingMethod } from "./method.ts";

export function byBoard(parameters: MeltQuenchParameters): ProgrammingMethod {
  const algorithm = meltQuench(parameters);
  return {
    name: "on-board",
    parameters,
    assertPossible: (chip) => assertBoardCan(chip, parameters),
    bands: bandsAndBlock,
    async program(chip, block, targets, options) {
      const aims = goodTargets(block, targets, options, parameters);
      // A late verification was under way: what the board did is in the states of the bands.
      if (options.resume?.has(0) && !options.resume.has(wholeOf(block, chip.descriptor)))
        return programBlock(chip, block, aims, { ...bandsOptions(options), algorithm });
      return programBlockOnBoard(chip, block, aims, {
        parameters,
        ...runOptions(block, chip.descriptor, options),
      });
    },
    verifyLate: (chip, block, targets, before, options) =>
      verifyLate(chip, block, goodTargets(block, targets, options, parameters), before, {
        ...bandsOptions(options),
        algorithm,
      }),
  };
}

/** The bands of the host's algorithms, and after them the whole block. */
export const bandsAndBlock = (block: WeightBlock, descriptor: Descriptor): WeightBlock[] => [
  ...programmedBands(block, descriptor),
  block,
];

/** Number of the whole block among them. */
export const wholeOf = (block: WeightBlock, descriptor: Descriptor): number =>
  programmedBands(block, descriptor).length;

function runOptions(block: WeightBlock, descriptor: Descriptor, options: MethodOptions) {
  const { calibration, signal, onCells, hooks, bad, restarted = false } = options;
  const whole = wholeOf(block, descriptor);
  const record = options.resume?.get(whole);
  return {
    calibration,
    ...(signal !== undefined && { signal }),
    ...(onCells !== undefined && { onCells }),
    ...(bad !== undefined && { knownBad: bad.knownBad }),
    ...(hooks?.onState !== undefined && {
      onRecord: (bytes: Uint8Array): void => hooks.onState?.(whole, bytes, false),
    }),
    ...(record !== undefined && { resume: { record, restarted } }),
  };
}
