/**
 * The products of analog layers as an array gives them, in nodes that ONNX Runtime computes: inputs through the DAC, the sum of each
 * converter with IR drop and noise, conversion by the ADC, sums of several converters added. Pure.
 *
 * The row of the bias is driven through the same DAC as the others with an input of 1: it is rounded to a code, and `calibrateRanges`
 * keeps the input range of such a layer from being below 1.
 */

import { mix32, seededPrng } from "../../core/prng.ts";
import type { AnalogLayer, Network } from "../../network/layer.ts";
import { onnxNode } from "../../network/onnx/model.ts";
import type { LayerProduct, Parameters, ProductPlace } from "../graph.ts";
import { bandSums, type Driven, joined, type ModelledLayer, rangeOf } from "./band-sums.ts";
import { conversionsOf, type RowBand, rowBandsOf } from "./conversions.ts";
import { weightVariances } from "./device-matrices.ts";
import { type ArrayModel, type ConverterRanges, isModelled, type LayerArray, largestCode } from "./model.ts";
import { arrayModelName } from "./names.ts";
import { normalTable } from "./normals.ts";
import { codeOf, quantised } from "./quantise.ts";

/**
 * By layer, for `Parameters.products`: with the same seed the same noise. Undefined when nothing is modelled, so that the graph is as
 * it is without.
 * @param arrays by layer: where its devices are and what they conduct. @param ranges may be left out when only read noise is modelled.
 * @throws TypeError when arrays or ranges do not belong to the network.
 */
export function modelledProducts(
  network: Network,
  arrays: readonly LayerArray[],
  model: ArrayModel,
  ranges: ConverterRanges | undefined,
  seed: number,
): Parameters["products"] {
  if (!isModelled(model)) return undefined;
  const opset =
    network.model.opsets.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0;
  const { readNoise } = model;
  const noisy = readNoise && { law: readNoise, table: normalTable(seededPrng(seed)) };
  return network.layers.map((layer, index) => {
    const array = arrays[index];
    if (array === undefined) throw new TypeError(`there is no array for layer "${layer.name}"`);
    const inputRange = ranges?.inputs[index];
    const outputsSiemens = ranges?.outputsSiemens[index];
    const conversions = conversionsOf(array.tiles);
    const noise = noisy && {
      variances: weightVariances(array, conversions, layer.rows, noisy.law),
      table: noisy.table,
      seed: mix32(mix32(seed) ^ index) >>> 8,
    };
    return productOf({ model, opset, array, conversions, inputRange, outputsSiemens, noise });
  });
}

const productOf = (modelled: ModelledLayer): LayerProduct => ({
  nodes(place) {
    const driven = drivenInputs(place, modelled);
    const bands = bandsOf(place.layer, modelled);
    const names = bands.map((_, k) =>
      bands.length === 1 ? place.output : arrayModelName(place.prefix, `band${k}`),
    );
    const parts = bands.map((band, k) => bandSums(place, modelled, band, driven, names[k]!));
    return joined([
      driven.own,
      ...parts,
      { nodes: bands.length === 1 ? [] : [onnxNode("Sum", names, [place.output])], tensors: [] },
    ]);
  },
});

function drivenInputs({ layer, input, prefix }: ProductPlace, modelled: ModelledLayer): Driven {
  const bits = modelled.model.dacBits;
  if (bits === undefined) return { name: input, biasInput: 1, own: { nodes: [], tensors: [] } };
  const step = rangeOf(modelled) / largestCode(bits);
  const name = arrayModelName(prefix, "driven");
  return {
    name,
    biasInput: step * codeOf(1, step, bits),
    own: quantised(modelled.opset, layer, { bits, step, meaning: step, from: input, to: name, prefix: name }),
  };
}

/** Sums that are only added to each other need not be told apart. */
function bandsOf({ rows }: AnalogLayer, { model, conversions }: ModelledLayer): RowBand[] {
  if (model.adcBits !== undefined || model.wireOhms !== undefined) return rowBandsOf(conversions);
  return [{ firstRow: 0, rows, conversions: conversions.map((one, index) => ({ ...one, index })) }];
}
