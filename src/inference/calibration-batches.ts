/** Calibration images as the batches that every compensation with images runs. */

import { LabError } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";
import type { Network } from "../network/layer.ts";
import type { OnnxModel } from "../network/onnx/model.ts";
import { type Augmentation, noAugmentation } from "./augment.ts";
import { exampleShape, inputBatch } from "./batches.ts";
import type { ImageSet } from "./image-set.ts";
import { byteTable, type Normalisation } from "./normalisation.ts";
import type { Outputs, SessionOptions } from "./session.ts";

export interface CalibrationOptions extends SessionOptions {
  readonly normalisation: Normalisation;
  /** 13 when not given, of 200 images: the paper's 2,600 (FACTS.md 1.7). */
  readonly batches?: number;
  readonly batchSize?: number;
  /** The random changes of the training; without them the adapted network may lose accuracy (FACTS.md 1.7). */
  readonly augment?: Augmentation;
  /** Orders the images and draws the augmentation. */
  readonly prng: Prng;
  readonly onProgress?: (done: number, total: number) => void;
}

export const batchCount = ({ batches = 13 }: Pick<CalibrationOptions, "batches">): number => batches;

export const imagesOfBatch = ({ batchSize = 200 }: Pick<CalibrationOptions, "batchSize">): number =>
  batchSize;

export const calibrationImageCount = (options: Pick<CalibrationOptions, "batches" | "batchSize">): number =>
  batchCount(options) * imagesOfBatch(options);

/**
 * Runs a model of the network on every batch in turn and hands on its outputs.
 * @param more values of inputs that the model has beside that of the network, for each batch.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export async function runCalibration(
  network: Network,
  model: OnnxModel,
  images: ImageSet,
  options: CalibrationOptions,
  take: (outputs: Outputs) => void,
  more: (batch: number) => Outputs = () => new Map(),
): Promise<void> {
  const [batches, batchSize] = [batchCount(options), imagesOfBatch(options)];
  assertEnough(images, batches, batchSize);
  const shape = exampleShape(network, images);
  const table = byteTable(options.normalisation, images.channels);
  const augmentation = { augment: options.augment ?? noAugmentation, prng: options.prng };
  const order = shuffled(images.count, options.prng);
  const { openSession } = await import("./session.ts");
  const session = await openSession(network, model, options);
  try {
    for (let batch = 0; batch < batches; batch++) {
      const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
      const input = inputBatch(images, indices, table, augmentation);
      take(await session.run(input, indices.length, shape, more(batch)));
      options.onProgress?.(batch + 1, batches);
    }
  } finally {
    await session.close();
  }
}

/** The values of an output that the model was made to give. */
export function outputValues(outputs: Outputs, name: string): Float32Array {
  const output = outputs.get(name);
  if (output === undefined) throw new TypeError(`ONNX Runtime gave no output "${name}"`);
  return output.values;
}

function assertEnough(images: ImageSet, batches: number, batchSize: number): void {
  const needed = batches * batchSize;
  if (images.count >= needed && Number.isInteger(needed) && batches >= 1 && batchSize >= 2) return;
  const wanted = `${batches} batches of ${batchSize} images`;
  throw new LabError(
    "BAD_DATA",
    `the calibration needs ${wanted}, the calibration file has ${images.count} images`,
    {
      next: "give more calibration images, or fewer or smaller batches (at least 1 batch of 2 images)",
    },
  );
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
