/** Labelled images as bytes, and the shape questions that are asked of them. */

import { LabError } from "../core/errors.ts";

export interface ImageSet {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** count x channels x height x width. */
  readonly pixels: Uint8Array;
  /** One class index for each image. */
  readonly labels: Uint8Array;
  /** Number of classes where the format fixes it (10 in CIFAR-10). */
  readonly classes: number | undefined;
}

export const pixelsPerImage = (images: ImageSet): number => images.channels * images.height * images.width;

export const shapeText = (images: ImageSet): string =>
  `${images.channels} x ${images.height} x ${images.width}`;

/** The pixels of one image (channels x height x width), not copied. */
export function imageAt(images: ImageSet, index: number): Uint8Array {
  const size = pixelsPerImage(images);
  return images.pixels.subarray(index * size, (index + 1) * size);
}

/** The first images of a set. @throws LabError BAD_DATA when `limit` is not a whole number of at least 1. */
export function firstImages(images: ImageSet, limit: number): ImageSet {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new LabError("BAD_DATA", `cannot take ${limit} images`, {
      next: "give a whole number of at least 1",
    });
  }
  const count = Math.min(limit, images.count);
  return {
    ...images,
    count,
    pixels: images.pixels.subarray(0, count * pixelsPerImage(images)),
    labels: images.labels.subarray(0, count),
  };
}
