/** The in-array MVM once more, in plain loops: exact integer sums and single-precision arithmetic in the order of kernel.wat. */

import type { Batch } from "../../mocks/array/mvm/batch.ts";
import { groupRows, panelColumns } from "../../mocks/array/mvm/blocks.ts";
import type { Converters } from "../../mocks/array/mvm/converters.ts";
import { lineGeometry, overlapOf } from "../../mocks/array/mvm/ir-drop.ts";
import type { PackedMatrix } from "../../mocks/array/mvm/packed-matrix.ts";
import { eventKey, mix, normalTable, normalTableShift } from "../../mocks/device/keyed-normal.ts";

const f32 = Math.fround;

/** The step of one row (or group of rows) and column. */
export function unpacked(steps: Int16Array, paddedRows: number, row: number, column: number): number {
  const panel = Math.floor(column / panelColumns);
  const pair = Math.floor(row / 2);
  return steps[
    ((panel * paddedRows) / 2 + pair) * 2 * panelColumns + 2 * (column % panelColumns) + (row % 2)
  ]!;
}

export function referenceBatch(
  converters: Converters,
  batch: Batch,
): { outputs: number[]; saturated: number } {
  const { rows, columns } = batch.matrices[0]!;
  const vectors = batch.inputs.length / rows;
  const outputs: number[] = [];
  let saturated = 0;
  for (let v = 0; v < vectors; v++) {
    for (let c = 0; c < columns; c++) {
      const codes = batch.phases.map((phase, n) => {
        const inputs = polarised(batch.inputs.subarray(v * rows, (v + 1) * rows), phase.polarity);
        const seconds = batch.startSeconds + (v * batch.phases.length + n) * batch.phaseSeconds;
        return (
          phase.term * referenceCode(converters, batch, batch.matrices[phase.matrix]!, inputs, c, seconds)
        );
      });
      outputs.push(codes.reduce((sum, code) => sum + code, 0));
      if (codes.some((code) => Math.abs(code) === converters.largestCode)) saturated++;
    }
  }
  return { outputs, saturated };
}

function polarised(inputs: Int8Array, polarity: "both" | "positive" | "negative"): Int8Array {
  if (polarity === "both") return inputs;
  const sign = polarity === "positive" ? 1 : -1;
  return inputs.map((code) => Math.max(0, sign * code));
}

function referenceCode(
  converters: Converters,
  batch: Batch,
  matrix: PackedMatrix,
  inputs: Int8Array,
  column: number,
  seconds: number,
): number {
  const { largestInput, siemensPerCode, errors, largestCode } = converters;
  const bitLine = batch.firstColumn + column;
  const signal = f32(
    signalSum(converters, batch, matrix, inputs, column) *
      f32(matrix.siemensPerStep / (largestInput * siemensPerCode)),
  );
  const key = eventKey(converters.mixedSeed, bitLine, 0xfffffffc) ^ mix(timeBits(seconds));
  const z = normalTable[mix(key) >>> normalTableShift]!;
  const variance = f32(
    f32(converters.conversionNoiseCodes ** 2) +
      f32(varianceSum(matrix, inputs, column) * varianceFactor(converters, matrix, inputs)),
  );
  const noisy = f32(signal + f32(z * f32(Math.sqrt(variance))));
  const code = nearest(f32(f32(noisy * errors.gain[bitLine]!) + errors.offsetCodes[bitLine]!));
  return Math.max(-largestCode, Math.min(largestCode, code)) + 0;
}

/** Sum of the products less what the line loses, in units of one step and one input code. */
function signalSum(
  { wireOhms, largestInput }: Converters,
  { firstRow }: Batch,
  matrix: PackedMatrix,
  inputs: Int8Array,
  column: number,
): number {
  const { rows, rowsPerBlock, blocks, paddedRows } = matrix;
  const { nearWeight, ownShare } = lineGeometry(matrix, firstRow);
  const { mean, meanSquare } = momentsOf(inputs, largestInput);
  const share = f32(overlapOf(mean, meanSquare) / largestInput);
  const panel = Math.floor(column / panelColumns);
  const lines = Array.from({ length: blocks }, (_, block) => {
    let [net, pulses] = [0, 0];
    for (let row = block * rowsPerBlock; row < Math.min(rows, (block + 1) * rowsPerBlock); row++) {
      net += inputs[row]! * unpacked(matrix.steps, paddedRows, row, column);
      pulses += Math.abs(inputs[row]!);
    }
    const meanLoad = matrix.blockLoads[(panel * blocks + block) * panelColumns + (column % panelColumns)]!;
    return { net: f32(net), load: f32(f32(wireOhms * rowsPerBlock * meanLoad) * pulses) };
  });
  let beyond = lines.reduceRight((sum, { load }) => f32(sum + load), 0);
  let drop = f32(beyond * f32(nearWeight));
  let sum = 0;
  for (const { net, load } of lines) {
    sum = f32(sum + f32(net / f32(1 + f32(share * f32(drop - f32(load * f32(ownShare)))))));
    beyond = f32(beyond - load);
    drop = f32(drop + beyond);
  }
  return sum;
}

function varianceSum(matrix: PackedMatrix, inputs: Int8Array, column: number): number {
  let sum = 0;
  inputs.forEach((code, row) => {
    const group = Math.floor(row / groupRows);
    const steps = unpacked(matrix.varianceSteps, matrix.paddedRows / groupRows, group, column);
    sum += Math.floor((code * code) / 4) * steps;
  });
  return f32(sum);
}

function varianceFactor(
  { largestInput, siemensPerCode, varianceFactor: factor }: Converters,
  { variancePerStep }: PackedMatrix,
  inputs: Int8Array,
): number {
  const { mean } = momentsOf(inputs, largestInput);
  return f32(((4 * variancePerStep) / (largestInput * siemensPerCode) ** 2) * factor(mean));
}

function momentsOf(inputs: Int8Array, largestInput: number): { mean: number; meanSquare: number } {
  let [sum, quarters] = [0, 0];
  for (const code of inputs) {
    sum += Math.abs(code);
    quarters += Math.floor((code * code) / 4);
  }
  return {
    mean: sum / (inputs.length * largestInput),
    meanSquare: (4 * quarters) / (inputs.length * largestInput ** 2),
  };
}

/** Halves go to the even neighbour. */
function nearest(value: number): number {
  const below = Math.floor(value);
  const above = value - below;
  if (above !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function timeBits(seconds: number): number {
  const words = new Uint32Array(Float64Array.of(seconds).buffer);
  return words[0]! ^ Math.imul(words[1]!, 0x9e3779b9);
}
