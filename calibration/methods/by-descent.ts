/**
 * Programming by melt-quench with a wide margin, and then by gradient descent on the error of matrix-vector products (FACTS.md 8.3 a).
 * A descent that was not finished goes on from its last state: its first products tell what the pulses after that did.
 */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type BlockDescent, DescentUnfinished } from "../gradient-descent/block-descent.ts";
import { descend } from "../gradient-descent/descend.ts";
import { knowledgeAfter } from "../gradient-descent/knowledge.ts";
import { assertConsistent, type DescentParameters } from "../gradient-descent/parameters.ts";
import { type DescentState, initialState } from "../gradient-descent/state.ts";
import { decodeDescent, encodeDescent } from "../gradient-descent/state-bytes.ts";
import { unitCellsOf } from "../gradient-descent/unit-cells.ts";
import { type BlockProgramming, BlockUnfinished } from "../program-verify/block-programming.ts";
import { meltQuench } from "../program-verify/melt-quench.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { mostCellsAtOnce, programBlock } from "../program-verify/program-block.ts";
import { afterDescent } from "./after-descent.ts";
import { bandsAndBlock, wholeOf } from "./by-board.ts";
import { bandsOptions, goodTargets } from "./by-host.ts";
import type { MethodOptions, ProgrammingMethod } from "./method.ts";

export interface DescentMethodParameters {
  /** Of the melt-quench that comes first. */
  readonly start: MeltQuenchParameters;
  readonly descent: DescentParameters;
  /** Of the random inputs of the products. */
  readonly inputSeed: number;
}

export function byDescent(parameters: DescentMethodParameters): ProgrammingMethod {
  const algorithm = meltQuench(parameters.start);
  return {
    name: "gradient-descent",
    parameters,
    noLate: "a descent follows the relaxation of the devices by itself, and aims at weights, not at devices",
    assertPossible({ descriptor }, blocks) {
      if (descriptor.mvm === undefined) throw withoutProducts(descriptor);
      algorithm.assertPossible(descriptor, mostCellsAtOnce(blocks, descriptor));
      for (const block of blocks) {
        unitCellsOf(block, descriptor);
        assertConsistent(parameters.descent, block.rows);
      }
    },
    bands: bandsAndBlock,
    async program(chip, block, targets, options) {
      const aims = goodTargets(block, targets, options, parameters.start);
      const programmed = await programBlock(chip, block, aims, { ...bandsOptions(options), algorithm });
      return descended({ chip, block, targets, programmed }, parameters, options);
    },
    async verifyLate() {
      throw new TypeError("gradient descent has no late verification");
    },
  };
}

const withoutProducts = ({ model, serialNumber }: Descriptor): LabError =>
  new LabError(
    "LIMIT",
    `${model} ${serialNumber} does no MVM in its array, whose error a descent would lower`,
    {
      next: "choose an algorithm that reads devices, such as --algorithm residual",
    },
  );

interface Start {
  readonly chip: Chip;
  readonly block: WeightBlock;
  readonly targets: Float32Array;
  readonly programmed: BlockProgramming;
}

async function descended(
  start: Start,
  { descent: parameters, start: { zeroSiemens }, inputSeed }: DescentMethodParameters,
  { signal, hooks, resume }: MethodOptions,
): Promise<BlockProgramming> {
  const { chip, block, targets, programmed } = start;
  const whole = wholeOf(block, chip.descriptor);
  const state = stateAt(start, resume?.get(whole), zeroSiemens);
  const done = (descent: BlockDescent): BlockProgramming =>
    afterDescent(block, programmed, descent, parameters);
  try {
    return done(
      await descend(chip, block, targets, state, {
        parameters,
        // Another process shall not ask for the same products again.
        random: seededPrng(inputSeed + state.iterations),
        onState: (next) => hooks?.onState?.(whole, encodeDescent(next), false),
        ...(signal !== undefined && { signal }),
      }),
    );
  } catch (failure) {
    if (failure instanceof DescentUnfinished) throw new BlockUnfinished(done(failure.descent), failure.cause);
    throw new BlockUnfinished(programmed, failure);
  }
}

function stateAt(
  { block, programmed }: Start,
  bytes: Uint8Array | undefined,
  zeroSiemens: number,
): DescentState {
  const weights = block.rows * block.columns;
  if (bytes === undefined) return initialState(knowledgeAfter(block, programmed, zeroSiemens), weights);
  return decodeDescent(bytes, {
    devices: block.devicesPerWeight * weights,
    weights,
    columns: block.columns,
  });
}
