/** The MNIST files (LeCun, Cortes, Burges) as a stream of training images and a set of test images. */

import { join } from "node:path";
import { keyedBits, seededPrng } from "../../src/core/prng.ts";
import type { ImageSet } from "../../src/inference/image-set.ts";
import { readImages } from "../../src/inference/images.ts";
import type { LabelledImages } from "../digits/dataset.ts";
import type { TrainingImages } from "../digits/training/train-network.ts";

/** Where the four files of MNIST lie, gzipped as they are distributed. */
export const defaultFolder = "../shared/data/mnist";

export const mnistImages = (folder: string, split: "train" | "t10k", limit?: number): Promise<ImageSet> =>
  readImages(join(folder, `${split}-images-idx3-ubyte.gz`), limit === undefined ? {} : { limit });

export const labelled = ({ pixels, labels, width }: ImageSet): LabelledImages => ({
  pixels,
  labels,
  side: width,
});

/** An endless stream: image number n is drawn from the set by the seed and n alone. */
export function streamOf(images: ImageSet, seed: number): TrainingImages {
  const area = images.width * images.height;
  return (first, count) => {
    const pixels = new Uint8Array(count * area);
    const labels = new Uint8Array(count);
    for (let place = 0; place < count; place++) {
      const index = seededPrng(keyedBits(seed, first + place, 0)).below(images.count);
      pixels.set(images.pixels.subarray(index * area, (index + 1) * area), place * area);
      labels[place] = images.labels[index]!;
    }
    return { pixels, labels, side: images.width };
  };
}
