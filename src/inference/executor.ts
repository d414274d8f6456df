/** Accuracy of a network with given weights and statistics on a set of images. */

import { LabError } from "../core/errors.ts";
import type { Network } from "../network/layer.ts";
import type { OnnxModel } from "../network/onnx/model.ts";
import { type Interval, wilson95 } from "./accuracy.ts";
import { assertClasses, batchesOf, exampleShape, inputBatch } from "./batches.ts";
import { type Parameters, withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { byteTable, type Normalisation } from "./normalisation.ts";
import { inBlockedLayout } from "./optimised/blocked-layout.ts";
import { withDepthwiseNorms } from "./optimised/channel-affine.ts";
import { withFusedConverters } from "./optimised/converters.ts";
import { withSumsInConvolutions } from "./optimised/convolution-sums.ts";
import { isRounded, roundingProbe } from "./optimised/rounding-probe.ts";
import type { Output, SessionOptions } from "./session.ts";

export interface EvaluateOptions extends SessionOptions {
  readonly normalisation: Normalisation;
  /** Images of one run; 200 when not given. */
  readonly batchSize?: number;
  /** Told after every batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Evaluation {
  readonly correct: number;
  readonly count: number;
  /** Fraction of correct images with its 95 % interval. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** The class with the highest score for each image; -1 where every score is NaN. */
  readonly predictions: Int32Array;
}

/**
 * Runs the network on all images.
 * @throws LabError BAD_DATA when images and network do not belong together; BAD_NETWORK when ONNX Runtime refuses the model.
 */
export async function evaluate(
  network: Network,
  parameters: Parameters,
  images: ImageSet,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { batchSize = 200 } = options;
  if (!(batchSize >= 1)) throw new TypeError(`batches of ${batchSize} images`);
  const shape = exampleShape(network, images);
  const table = byteTable(options.normalisation, images.channels);
  const { openSession } = await import("./session.ts");
  const { model, optimised } = await fastest(withParameters(network, parameters), parameters, options);
  const session = await openSession(network, model, { ...options, optimised });
  const predictions = new Int32Array(images.count).fill(-1);
  try {
    for (const indices of batchesOf(images.count, batchSize)) {
      const outputs = await session.run(inputBatch(images, indices, table), indices.length, shape);
      const scores = scoresOf(outputs.get(network.output.name), indices.length, images);
      predictions.set(highest(scores), indices[0] ?? 0);
      options.onProgress?.((indices.at(-1) ?? 0) + 1, images.count);
    }
  } finally {
    await session.close();
  }
  return scored(predictions, images.labels);
}

/** Modelled arrays are many operators on images, which are quicker in the layout of the convolutions. */
async function fastest(
  model: OnnxModel,
  { products }: Parameters,
  options: EvaluateOptions,
): Promise<{ model: OnnxModel; optimised: boolean }> {
  if (products === undefined || options.arrays !== undefined) return { model, optimised: false };
  const { constantOutputs, optimisedModel } = await import("./session.ts");
  const graph = await optimisedModel(withDepthwiseNorms(model), options);
  if (graph === undefined) return { model, optimised: false };
  const onBlocks = withSumsInConvolutions(inBlockedLayout(graph));
  const probed = await constantOutputs(roundingProbe, options);
  const isTrusted = probed !== undefined && isRounded(probed);
  return { model: isTrusted ? withFusedConverters(onBlocks) : onBlocks, optimised: true };
}

function scoresOf(output: Output | undefined, count: number, images: ImageSet): Output {
  const classes = output?.dims[1];
  if (output === undefined || output.dims.length !== 2 || output.dims[0] !== count || classes === undefined) {
    const shape = output?.dims.join(" x ");
    throw new LabError("BAD_NETWORK", `the network gives ${shape} values for ${count} images`, {
      next: "export a classifier that gives one score for each image and class",
    });
  }
  assertClasses(classes, images);
  return output;
}

/** The index of the highest score of each row. */
function highest({ values, dims }: Output): Int32Array {
  const classes = dims[1] ?? 1;
  return Int32Array.from({ length: dims[0] ?? 0 }, (_, row) =>
    indexOfHighest(values.subarray(row * classes, (row + 1) * classes)),
  );
}

function indexOfHighest(scores: Float32Array): number {
  let best = -1;
  for (let k = 0; k < scores.length; k++) {
    if (best < 0 ? !Number.isNaN(scores[k]) : scores[k]! > scores[best]!) best = k;
  }
  return best;
}

function scored(predictions: Int32Array, labels: Uint8Array): Evaluation {
  const correct = predictions.reduce((sum, prediction, k) => sum + (prediction === labels[k] ? 1 : 0), 0);
  const count = labels.length;
  return { correct, count, accuracy: correct / count, interval: wilson95(correct, count), predictions };
}
