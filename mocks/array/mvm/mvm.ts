/**
 * Matrix-vector products in the emulated array: signed PWM inputs on the word lines, net conductances of unit cells, one
 * converter for each bit line. The devices of plusArrays add to a bit line what those of minusArrays take off.
 *
 * What differs from vector to vector: the noise of the devices within one MVM (device-noise.ts) and of the conversion, keyed by
 * chip, bit line and chip time. What stays for a while: drift and 1/f noise (hold.ts). What stays: gain and offset of the converters.
 * MVMs are too short and at too low a voltage to count as read disturb.
 */

import { type MvmRequest, type UnitCells, unitCellsText } from "../../../src/chip/mvm.ts";
import type { Devices } from "../../device/devices.ts";
import type { ColumnErrors } from "../column-errors.ts";
import type { Layout } from "../layout.ts";
import { multiplyBatch, type Phase } from "./batch.ts";
import type { Shape } from "./blocks.ts";
import { convertersOf } from "./converters.ts";
import { createKernel, type KernelMemory } from "./kernel-memory.ts";
import { createMatrices, type Matrices, type Sign } from "./matrices.ts";
import type { MvmParameters } from "./parameters.ts";

/** One chip as far as its MVM goes. */
export interface Multiplying {
  readonly parameters: MvmParameters;
  readonly devices: Devices;
  readonly layout: Layout;
  readonly errors: ColumnErrors;
}

export interface MvmDone {
  /** vectors x columns; with four phases the sum of the four conversions with their signs. */
  readonly outputs: Int16Array;
  /** Outputs with at least one conversion at the largest code of either sign. */
  readonly saturatedOutputs: number;
  readonly endSeconds: number;
}

export interface Mvm {
  /** Vector v starts at startSeconds + v * phases * phaseSeconds. @throws RangeError for cells outside the array or broken vectors. */
  multiply(request: MvmRequest, startSeconds: number): MvmDone;
  /** To be called when pulses or reads of devices, which disturb them, begin: MVMs after those see them. */
  devicesChanged(): void;
}

export function createMvm(chip: Multiplying): Mvm {
  const { parameters, devices, errors } = chip;
  const { phaseSeconds } = parameters.ability;
  const converters = convertersOf(parameters, devices, errors);
  let kernel: { readonly memory: KernelMemory; readonly matrices: Matrices } | undefined;
  return {
    multiply({ cells, phases, inputs }, startSeconds) {
      const vectors = wholeVectors(cells, inputs);
      const { signs, conversions } = phases === 1 ? onePhase : fourPhases;
      kernel ??= kernelOf(chip);
      const { memory, matrices } = kernel;
      const done = multiplyBatch(memory, converters, {
        matrices: signs.map((sign) => matrices.at(cells, sign, startSeconds)),
        firstRow: cells.row,
        firstColumn: cells.column,
        phases: conversions,
        inputs,
        startSeconds,
        phaseSeconds,
      });
      return { ...done, endSeconds: startSeconds + vectors * phases * phaseSeconds };
    },
    devicesChanged: () => kernel?.matrices.forget(),
  };
}

/** Made at the first MVM, because many chips never see one. */
function kernelOf(chip: Multiplying): { memory: KernelMemory; matrices: Matrices } {
  const shape = mvmShape(chip);
  const memory = createKernel(shape);
  return { memory, matrices: createMatrices({ ...chip, shape }) };
}

interface Cycle {
  readonly signs: readonly Sign[];
  readonly conversions: readonly Phase[];
}

const onePhase: Cycle = { signs: ["net"], conversions: [{ polarity: "both", matrix: 0, term: 1 }] };

/** FACTS 8.2: PP, PN, NP, NN, one sign of the inputs against one sign of the weights each. */
const fourPhases: Cycle = {
  signs: ["plus", "minus"],
  conversions: [
    { polarity: "positive", matrix: 0, term: 1 },
    { polarity: "positive", matrix: 1, term: -1 },
    { polarity: "negative", matrix: 0, term: -1 },
    { polarity: "negative", matrix: 1, term: 1 },
  ],
};

/** @throws RangeError when the inputs are not one or more whole vectors. */
function wholeVectors(cells: UnitCells, inputs: Int8Array): number {
  const vectors = inputs.length / cells.rows;
  if (Number.isInteger(vectors) && vectors > 0) return vectors;
  throw new RangeError(`${inputs.length} inputs for vectors of ${cells.rows}, ${unitCellsText(cells)}`);
}

/** Shape of the arrays: the kernel has room for every region of them. */
function mvmShape({ parameters, layout }: Multiplying): Shape {
  const [first = 0] = parameters.ability.plusArrays;
  const { rows = 0, columns = 0 } = layout.arrays[first] ?? {};
  return { rows, columns };
}
