/**
 * One scale and one offset for each column of the analog layers, so that their outputs on calibration images have the mean and the spread
 * that they have in the digital network: the part of AdaBS for layers that no batch normalisation follows.
 */

import type { ChannelStatistics } from "../../calibration/compensation/adabs.ts";
import { affineCorrection, pooledStatistics } from "../../calibration/compensation/affine.ts";
import type { Network } from "../network/layer.ts";
import { type CalibrationOptions, outputValues, runCalibration } from "./calibration-batches.ts";
import { digitalParameters, type Parameters, withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { productOutputs, wantedInputs, withProductStatistics } from "./product-statistics.ts";
import type { Outputs } from "./session.ts";

/** Of the columns of one layer over the calibration images. */
interface LayerStatistics {
  readonly pooled: ChannelStatistics;
  readonly batches: readonly ChannelStatistics[];
}

/** By layer; undefined where it is not corrected. */
export type ProductStatistics = readonly (LayerStatistics | undefined)[];

/**
 * What the layers give in the digital network.
 * @param corrected by layer: whether it is corrected.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export const digitalProducts = (
  network: Network,
  images: ImageSet,
  options: CalibrationOptions,
  corrected: readonly boolean[],
): Promise<ProductStatistics> =>
  productStatistics(network, digitalParameters(network), images, options, corrected, []);

/**
 * The weights with a scale for each column, and the offsets. Layers are corrected in one pass, each after those before it: in every batch
 * they are brought to what the digital network gives for the same images.
 * @param wanted what `digitalProducts` gave with the same images and options, the prng in the same state. @throws as `digitalProducts`.
 */
export async function correctProducts(
  network: Network,
  parameters: Parameters,
  images: ImageSet,
  options: CalibrationOptions,
  wanted: ProductStatistics,
): Promise<Parameters> {
  const corrected = wanted.map((statistics) => statistics !== undefined);
  const measured = await productStatistics(network, parameters, images, options, corrected, wanted);
  const corrections = wanted.map((aim, layer) => {
    const own = measured[layer];
    return aim === undefined || own === undefined ? undefined : affineCorrection(aim.pooled, own.pooled);
  });
  return {
    ...parameters,
    scales: parameters.weights.map((_, layer) =>
      multiplied(parameters.scales?.[layer], corrections[layer]?.scale),
    ),
    offsets: parameters.weights.map((_, layer) =>
      joined(parameters.offsets?.[layer], corrections[layer]?.scale, corrections[layer]?.offset),
    ),
  };
}

const multiplied = (a: Float32Array | undefined, b: Float32Array | undefined): Float32Array | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a.map((value, column) => value * b[column]!);

/** An offset that was there before is scaled with the outputs. */
const joined = (
  before: Float32Array | undefined,
  scale: Float32Array | undefined,
  offset: Float32Array | undefined,
): Float32Array | undefined =>
  offset === undefined || before === undefined || scale === undefined
    ? (offset ?? before)
    : offset.map((value, column) => value + scale[column]! * before[column]!);

async function productStatistics(
  network: Network,
  parameters: Parameters,
  images: ImageSet,
  options: CalibrationOptions,
  measured: readonly boolean[],
  wanted: ProductStatistics,
): Promise<ProductStatistics> {
  const aims = network.layers.map((_, layer) => wanted[layer]?.pooled);
  const model = withProductStatistics(network, withParameters(network, parameters), aims, measured);
  const batches: ChannelStatistics[][] = network.layers.map(() => []);
  const take = (outputs: Outputs): void => {
    for (const [index, layer] of network.layers.entries()) {
      if (measured[index] !== true) continue;
      const { mean, variance } = productOutputs(layer);
      batches[index]?.push({ mean: outputValues(outputs, mean), variance: outputValues(outputs, variance) });
    }
  };
  await runCalibration(network, model, images, options, take, (batch) => wantedOf(network, wanted, batch));
  return batches.map((own, index) =>
    measured[index] === true ? { pooled: pooledStatistics(own), batches: own } : undefined,
  );
}

/** The inputs of one batch. */
function wantedOf(network: Network, wanted: ProductStatistics, batch: number): Outputs {
  return new Map(
    network.layers.flatMap((layer, index) => {
      const own = wanted[index]?.batches[batch];
      if (own === undefined) return [];
      const names = wantedInputs(layer);
      const dims = [1, layer.columns, 1];
      return [
        [names.mean, { values: own.mean, dims }] as const,
        [names.deviation, { values: own.variance.map(Math.sqrt), dims }] as const,
      ];
    }),
  );
}

/** By layer: whether a batch normalisation takes its outputs, and nobody else does. */
export function normalised(network: Network): boolean[] {
  const { nodes, outputs } = network.model.graph;
  return network.layers.map(({ node }) => {
    const output = nodes[node]?.outputs[0] ?? "";
    const users = nodes.filter(({ inputs }) => inputs.includes(output));
    const isResult = outputs.some(({ name }) => name === output);
    return !isResult && users.length > 0 && users.every(({ opType }) => opType === "BatchNormalization");
  });
}
