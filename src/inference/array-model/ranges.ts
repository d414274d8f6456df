/** What the converters are set to: calibration images in the digital network, and what its layers take in and its conversions sum up. */

import type { AnalogLayer, Network } from "../../network/layer.ts";
import { type OnnxModel, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor } from "../../network/onnx/tensor.ts";
import { type CalibrationOptions, runCalibration } from "../calibration-batches.ts";
import {
  digitalParameters,
  type LayerProduct,
  type ProductPlace,
  type Rewired,
  withParameters,
} from "../graph.ts";
import type { ImageSet } from "../image-set.ts";
import type { Output, Outputs } from "../session.ts";
import { type Conversion, conversionsOf, type RowBand, rowBandsOf } from "./conversions.ts";
import { type InputRange, rangeOfMagnitudes, usualRange } from "./input-range.ts";
import { Magnitudes } from "./magnitudes.ts";
import type { ConverterRanges, LayerArray } from "./model.ts";
import { multiplied } from "./multiply.ts";
import { arrayModelName } from "./names.ts";
import { columnDims } from "./quantise.ts";

export interface RangeOptions extends Omit<CalibrationOptions, "batches" | "batchSize"> {
  /** `usualRange` when not given; of inputs and sums alike. */
  readonly range?: InputRange;
  /** Of every conversion, where the chip has one; calibrated where it is missing. */
  readonly fullScaleSiemens?: number | undefined;
}

/** aihwkit caches 1000 samples for each tile (FACTS.md 7.6); all values of a batch are kept until they are counted. */
const mostImages = 1000;
const imagesOfBatch = 50;

/**
 * Runs up to 1000 of the images once. The same ranges hold for every age and every model of the same network at the same places.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export async function calibrateRanges(
  network: Network,
  arrays: readonly Pick<LayerArray, "tiles" | "siemensPerWeight">[],
  images: ImageSet,
  { range = usualRange, fullScaleSiemens, ...options }: RangeOptions,
): Promise<ConverterRanges> {
  const layers = network.layers.map((layer, index) => observedLayer(layer, index, arrays[index]));
  const batchSize = Math.max(2, Math.min(imagesOfBatch, images.count));
  const batches = Math.max(1, Math.floor(Math.min(mostImages, images.count) / batchSize));
  const model = observedModel(network, layers, fullScaleSiemens === undefined);
  await runCalibration(network, model, images, { ...options, batches, batchSize }, (outputs) => {
    for (const layer of layers) layer.take(outputs);
  });
  const inputs = layers.map(({ biasInArray, inputs: own }) => {
    const reach = rangeOfMagnitudes(range, own);
    return biasInArray ? Math.max(1, reach) : reach;
  });
  const outputsSiemens = layers.map(({ sums }, layer) =>
    sums.map((own) => fullScaleSiemens ?? rangeOfMagnitudes(range, own) / inputs[layer]!),
  );
  return { inputs, outputsSiemens };
}

interface ObservedLayer {
  readonly biasInArray: boolean;
  readonly inputs: Magnitudes;
  /** Of each conversion: sum of input x net conductance, S. */
  readonly sums: readonly Magnitudes[];
  readonly inputName: string;
  readonly bandNames: readonly string[];
  readonly product: LayerProduct;
  take(outputs: Outputs): void;
}

function observedLayer(
  layer: AnalogLayer,
  index: number,
  array: Pick<LayerArray, "tiles" | "siemensPerWeight"> | undefined,
): ObservedLayer {
  if (array === undefined) throw new TypeError(`there is no array for layer "${layer.name}"`);
  const conversions = conversionsOf(array.tiles);
  const bands = rowBandsOf(conversions);
  const inputs = new Magnitudes();
  const sums = conversions.map(() => new Magnitudes());
  const inputName = `pcmlab::range_input_${index}`;
  const bandNames = bands.map((_, band) => `pcmlab::range_sums_${index}_${band}`);
  return {
    ...{ biasInArray: layer.biasInArray, inputs, sums, inputName, bandNames },
    product: { nodes: (place) => bandedProduct(place, bands, bandNames, array.siemensPerWeight) },
    take(outputs) {
      inputs.add(outputs.get(inputName)?.values ?? new Float32Array());
      bands.forEach((band, n) => {
        const values = outputs.get(bandNames[n] ?? "");
        if (values === undefined) return;
        for (const conversion of band.conversions)
          addColumns(sums[conversion.index]!, values, layer, conversion);
      });
    },
  };
}

function addColumns(
  magnitudes: Magnitudes,
  { values, dims }: Output,
  layer: AnalogLayer,
  { firstColumn, columns }: Conversion,
): void {
  const each = layer.kind === "conv" ? dims.slice(2).reduce((a, b) => a * b, 1) : 1;
  const stride = layer.columns * each;
  for (let start = firstColumn * each; start < values.length; start += stride)
    magnitudes.add(values.subarray(start, start + columns * each));
}

/** The sums of each band in siemens as values of their own, and the product of the layer from them. */
function bandedProduct(
  place: ProductPlace,
  bands: readonly RowBand[],
  names: readonly string[],
  siemensPerWeight: Float64Array,
): Rewired {
  const { layer, weights, input, output, prefix } = place;
  const matrix = weights.map((weight, at) => weight * siemensPerWeight[at % layer.columns]!);
  const parts = bands.map(({ firstRow, rows }, band) =>
    multiplied(place, { matrix, firstRow, rows, biasInput: 1, from: input, to: names[band]! }),
  );
  const [sum, scale] = [arrayModelName(prefix, "siemens"), arrayModelName(prefix, "beta")];
  return {
    nodes: [
      ...parts.flatMap(({ nodes }) => nodes),
      onnxNode("Sum", names, [sum]),
      onnxNode("Div", [sum, scale], [output]),
    ],
    tensors: [
      ...parts.flatMap(({ tensors }) => tensors),
      floatTensor(scale, columnDims(layer), siemensPerWeight),
    ],
  };
}

/** @param withSums whether the sums are outputs of the model. */
function observedModel(network: Network, layers: readonly ObservedLayer[], withSums: boolean): OnnxModel {
  const digital = digitalParameters(network);
  const products = layers.map(({ product }) => product);
  const model = withParameters(network, withSums ? { ...digital, products } : digital);
  const inputOf = (index: number): string => {
    const { node = -1 } = network.layers[index] ?? {};
    return network.model.graph.nodes[node]?.inputs[0] ?? "";
  };
  const names = layers.flatMap(({ inputName, bandNames }) => [inputName, ...(withSums ? bandNames : [])]);
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [
        ...model.graph.nodes,
        ...layers.map(({ inputName }, index) => onnxNode("Identity", [inputOf(index)], [inputName])),
      ],
      outputs: [
        ...model.graph.outputs,
        ...names.map((name) => ({ name, type: "float32", shape: undefined }) as const),
      ],
    },
  };
}
