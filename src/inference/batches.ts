/** Image bytes to network input, batch by batch. */

import { LabError } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";
import type { Network } from "../network/layer.ts";
import { type Augmentation, augmentImage } from "./augment.ts";
import { type ImageSet, imageAt, pixelsPerImage, shapeText } from "./image-set.ts";

/** How the training changed its images, with the source of chance. */
export interface BatchAugmentation {
  readonly augment: Augmentation;
  readonly prng: Prng;
}

/**
 * The images of the given indices as float32, images.length x channels x height x width.
 * `table` is that of `byteTable` for the images' channels.
 */
export function inputBatch(
  images: ImageSet,
  indices: readonly number[],
  table: Float32Array,
  augmentation?: BatchAugmentation,
): Float32Array {
  const size = pixelsPerImage(images);
  const batch = new Float32Array(indices.length * size);
  indices.forEach((index, place) => {
    const pixels = imageAt(images, index);
    const changed =
      augmentation === undefined
        ? pixels
        : augmentImage(pixels, images, augmentation.augment, augmentation.prng);
    normaliseInto(batch.subarray(place * size, (place + 1) * size), changed, table, images.channels);
  });
  return batch;
}

function normaliseInto(out: Float32Array, pixels: Uint8Array, table: Float32Array, channels: number): void {
  const plane = pixels.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * plane;
    for (let k = start; k < start + plane; k++) out[k] = table[channel * 256 + pixels[k]!]!;
  }
}

/**
 * The shape of one example as the network takes it: channels x height x width, or all in one row.
 * @throws LabError BAD_DATA when the images are of another shape or have other classes than the network.
 */
export function exampleShape(network: Network, images: ImageSet): number[] {
  const { shape } = network.input;
  const { channels, height, width } = images;
  const flat = shape.length === 1;
  const actual = flat ? [pixelsPerImage(images)] : [channels, height, width];
  if (shape.length !== actual.length || shape.some((size, k) => size !== undefined && size !== actual[k])) {
    const wanted = shape.map((size) => size ?? "any").join(" x ");
    throw new LabError("BAD_DATA", `the network takes ${wanted}, the images are ${shapeText(images)}`, {
      next: "give images of the kind that the network was trained with",
    });
  }
  assertClasses(network.output.classes, images);
  return actual;
}

/** @throws LabError BAD_DATA when the labels do not belong to a network with so many classes. */
export function assertClasses(classes: number | undefined, images: ImageSet): void {
  if (classes === undefined) return;
  const largest = images.labels.reduce((a, b) => Math.max(a, b), 0);
  if (largest < classes && (images.classes ?? classes) === classes) return;
  const has = images.classes === undefined ? `labels up to ${largest}` : `${images.classes} classes`;
  throw new LabError("BAD_DATA", `the network has ${classes} classes, the images have ${has}`, {
    next: "give images with the classes that the network was trained for",
  });
}

/** 0 to count - 1 in batches of at most `size`. */
export function batchesOf(count: number, size: number): number[][] {
  return Array.from({ length: Math.ceil(count / size) }, (_, batch) =>
    Array.from({ length: Math.min(size, count - batch * size) }, (_, k) => batch * size + k),
  );
}
