/** What one band of rows sums up: the product, what IR drop takes off, noise, and conversion. */

import { mix32 } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { type OnnxTensor, onnxNode } from "../../network/onnx/model.ts";
import type { ProductPlace, Rewired } from "../graph.ts";
import type { Conversion, RowBand } from "./conversions.ts";
import { withIrDrop } from "./ir-drop.ts";
import { type ArrayModel, type LayerArray, largestCode } from "./model.ts";
import { multiplied } from "./multiply.ts";
import { arrayModelName } from "./names.ts";
import { normals } from "./normals.ts";
import { quantised } from "./quantise.ts";

export interface ModelledLayer {
  readonly model: ArrayModel;
  readonly opset: number;
  readonly array: LayerArray;
  readonly conversions: readonly Conversion[];
  readonly inputRange: number | undefined;
  readonly outputsSiemens: readonly number[] | undefined;
  readonly noise: LayerNoise | undefined;
}

export interface LayerNoise {
  /** Of each weight (`weightVariances`). */
  readonly variances: Float32Array;
  /** Of normal numbers. */
  readonly table: OnnxTensor;
  readonly seed: number;
}

/** What the word lines are driven with. */
export interface Driven {
  readonly name: string;
  /** In place of the 1 of the row of the bias. */
  readonly biasInput: number;
  readonly own: Rewired;
}

/** One band of a layer's rows in the graph. */
interface BandPlace {
  readonly place: ProductPlace;
  readonly modelled: ModelledLayer;
  readonly band: RowBand;
  readonly driven: Driven;
  /** What one ADC code of each column means in units of the product; 1 without an ADC. */
  readonly steps: Float32Array;
  /** What each column is multiplied by before it is converted; 0 for columns that the band does not hold. */
  readonly factors: Float32Array;
}

/** From one named value to another. */
type Stage = (from: string, to: string) => Rewired;

/** The sums of the converters of one band of rows, in ADC codes until they are converted. */
export function bandSums(
  place: ProductPlace,
  modelled: ModelledLayer,
  band: RowBand,
  driven: Driven,
  output: string,
): Rewired {
  const steps = columnSteps(place.layer, modelled, band);
  const factors = steps.map((step, column) => (holds(band, column) ? 1 / step : 0));
  const stages = stagesOf({ place, modelled, band, driven, steps, factors });
  const inner = (stage: number): string =>
    arrayModelName(place.prefix, `${band.firstRow}+${band.rows}::stage${stage}`);
  return joined(stages.map((stage, k) => stage(inner(k), k === stages.length - 1 ? output : inner(k + 1))));
}

function stagesOf(own: BandPlace): Stage[] {
  const { place, modelled, band, driven, steps, factors } = own;
  const { adcBits, wireOhms } = modelled.model;
  const { noise } = modelled;
  const { biasInput, name: inputs } = driven;
  const stages: Stage[] = [(_, to) => bandProduct(own, to)];
  if (wireOhms !== undefined) {
    const dropping = { array: modelled.array, band, wireOhms, inputRange: rangeOf(modelled) };
    stages.push((from, to) =>
      withIrDrop(place, { ...dropping, biasInput, columnFactors: factors, inputs, from, to }),
    );
  }
  if (noise !== undefined) stages.push((from, to) => withReadNoise(own, noise, from, to));
  if (adcBits !== undefined)
    stages.push((from, to) =>
      quantised(modelled.opset, place.layer, {
        ...{ bits: adcBits, step: 1, meaning: alike(steps) },
        ...{ from, to, prefix: `${from}::adc` },
      }),
    );
  return stages;
}

const holds = (band: RowBand, column: number): boolean =>
  band.conversions.some(
    ({ firstColumn, columns }) => column >= firstColumn && column < firstColumn + columns,
  );

/** One number when all columns have the same. */
const alike = (values: Float32Array): number | Float32Array =>
  values.every((value) => value === values[0]) ? (values[0] ?? 1) : values;

function columnSteps({ columns }: AnalogLayer, modelled: ModelledLayer, band: RowBand): Float32Array {
  const { adcBits } = modelled.model;
  const steps = new Float32Array(columns).fill(1);
  if (adcBits === undefined) return steps;
  for (const conversion of band.conversions) {
    const fullScale = modelled.outputsSiemens?.[conversion.index];
    if (fullScale === undefined || !(fullScale > 0)) throw new TypeError(`a full scale of ${fullScale} S`);
    const code = (rangeOf(modelled) * fullScale) / largestCode(adcBits);
    for (let n = 0; n < conversion.columns; n++) {
      const column = conversion.firstColumn + n;
      steps[column] = code / modelled.array.siemensPerWeight[column]!;
    }
  }
  return steps;
}

function bandProduct({ place, band, driven, factors }: BandPlace, to: string): Rewired {
  const matrix = place.weights.map((weight, at) => weight * factors[at % factors.length]!);
  const { firstRow, rows } = band;
  return multiplied(place, { matrix, firstRow, rows, biasInput: driven.biasInput, from: driven.name, to });
}

/** Adds a fresh normal number times sqrt(sum of input^2 x variance of the weight). */
function withReadNoise(own: BandPlace, noise: LayerNoise, from: string, to: string): Rewired {
  const inner = (part: string): string => `${to}::${part}`;
  const nodes = [
    onnxNode("Sqrt", [inner("variance")], [inner("sigma")]),
    onnxNode("Mul", [inner("sigma"), inner("normal")], [inner("noise")]),
    onnxNode("Add", [from, inner("noise")], [to]),
  ];
  const variance = varianceOf(own, noise, inner("squares"), inner("variance"));
  return joined([variance, drawn(own, noise, inner("variance"), inner("normal")), { nodes, tensors: [] }]);
}

function varianceOf(own: BandPlace, { variances }: LayerNoise, squares: string, to: string): Rewired {
  const { place, band, driven, factors } = own;
  const matrix = variances.map((value, at) => value * factors[at % factors.length]! ** 2);
  const { firstRow, rows } = band;
  const biasInput = driven.biasInput ** 2;
  return joined([
    { nodes: [onnxNode("Mul", [driven.name, driven.name], [squares])], tensors: [] },
    multiplied(place, { matrix, firstRow, rows, biasInput, from: squares, to }),
  ]);
}

/** Bands of a layer have noise of their own. */
function drawn(
  { modelled, band }: BandPlace,
  { table, seed }: LayerNoise,
  like: string,
  to: string,
): Rewired {
  const ownSeed = mix32(seed ^ mix32(band.firstRow ^ mix32(band.rows))) >>> 8;
  return normals({ opset: modelled.opset, table, seed: ownSeed, like, to });
}

/** @throws TypeError when it was not measured. */
export function rangeOf({ inputRange }: ModelledLayer): number {
  if (inputRange !== undefined && inputRange > 0) return inputRange;
  throw new TypeError(`an input range of ${inputRange}`);
}

export const joined = (parts: readonly Rewired[]): Rewired => ({
  nodes: parts.flatMap(({ nodes }) => nodes),
  tensors: parts.flatMap(({ tensors }) => tensors),
});
