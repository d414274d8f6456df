/** AdaBS on a network: its batch normalisations get statistics of calibration images run through the weights of the chip. */

import { adabsMomentum, adaptStatistics, unbiasedVariance } from "../../calibration/compensation/adabs.ts";
import { LabError } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";
import type { BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import { type Augmentation, noAugmentation } from "./augment.ts";
import { statisticsOutputs, withBatchStatistics } from "./batch-statistics.ts";
import { exampleShape, inputBatch } from "./batches.ts";
import { withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { byteTable, type Normalisation } from "./normalisation.ts";
import { type Output, type Outputs, openSession, type SessionOptions } from "./session.ts";

export interface AdabsOptions extends SessionOptions {
  readonly normalisation: Normalisation;
  /** 13 when not given, of 200 images: the paper's 2,600. */
  readonly batches?: number;
  readonly batchSize?: number;
  /** The random changes of the training; without them the adapted network may lose accuracy (FACTS 1.7). */
  readonly augment?: Augmentation;
  /** Orders the images and draws the augmentation. */
  readonly prng: Prng;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * New statistics for every batch norm, starting from the stored ones; `weights` are the effective ones, after GDC.
 * One pass over a batch serves all layers, each normalising with its own batch as PyTorch does in training mode.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export async function adaptBatchNorm(
  network: Network,
  weights: readonly Float32Array[],
  images: ImageSet,
  options: AdabsOptions,
): Promise<BatchNormStatistics[]> {
  if (network.batchNorms.length === 0) return [];
  const { batches = 13, batchSize = 200 } = options;
  assertEnough(images, batches, batchSize);
  const shape = exampleShape(network, images);
  const table = byteTable(options.normalisation, images.channels);
  const augmentation = { augment: options.augment ?? noAugmentation, prng: options.prng };
  const order = shuffled(images.count, options.prng);
  const model = withBatchStatistics(
    network,
    withParameters(network, { weights, batchNorms: network.batchNorms }),
  );
  const session = await openSession(network, model, options);
  const p = adabsMomentum(batches);
  let running: BatchNormStatistics[] = network.batchNorms.map(({ mean, variance }) => ({ mean, variance }));
  try {
    for (let batch = 0; batch < batches; batch++) {
      const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
      const input = inputBatch(images, indices, table, augmentation);
      const outputs = await session.run(input, indices.length, shape);
      running = network.batchNorms.map((norm, k) => adapted(running[k]!, norm, outputs, p));
      options.onProgress?.(batch + 1, batches);
    }
  } finally {
    await session.close();
  }
  return running;
}

function adapted(
  running: BatchNormStatistics,
  norm: BatchNorm,
  outputs: Outputs,
  p: number,
): BatchNormStatistics {
  const names = statisticsOutputs(norm);
  const values = (name: string): Float32Array => required(outputs.get(name), name).values;
  const count = (values(names.size)[0] ?? 0) / norm.channels;
  return adaptStatistics(running, values(names.mean), unbiasedVariance(values(names.variance), count), p);
}

function required(output: Output | undefined, name: string): Output {
  if (output === undefined) throw new TypeError(`ONNX Runtime gave no output "${name}"`);
  return output;
}

function assertEnough(images: ImageSet, batches: number, batchSize: number): void {
  const needed = batches * batchSize;
  if (images.count >= needed && Number.isInteger(needed) && batches >= 1 && batchSize >= 2) return;
  const wanted = `${batches} batches of ${batchSize} images`;
  throw new LabError("BAD_DATA", `AdaBS needs ${wanted}, the calibration file has ${images.count} images`, {
    next: "give more calibration images, or fewer or smaller batches (at least 1 batch of 2 images)",
  });
}

/** 0 to count - 1 in random order (Fisher and Yates), so that a file sorted by class does no harm. */
function shuffled(count: number, prng: Prng): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = prng.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
