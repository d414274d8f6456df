/** The splits of the digits: endless streams of labelled images, told apart by their seeds. */

import { keyedBits, seededPrng } from "../../src/core/prng.ts";
import { drawDigit, imageSide } from "./drawing/image.ts";

export interface LabelledImages {
  /** `labels.length` images of side x side bytes, one after the other. */
  readonly pixels: Uint8Array;
  readonly side: number;
  readonly labels: Uint8Array;
}

/** All splits draw from one distribution; image number i of a split depends on the seed of the split and on i alone. */
export const splitSeeds = { training: 20_200_518, calibration: 2_600, test: 1_000_003 } as const;

export type Split = keyof typeof splitSeeds;

export const testCount = 2000;
/** 13 batches of 40 for AdaBS, see FACTS: n = 13. */
export const calibrationCount = 520;

/** Images `first` to `first + count - 1` of a split. Labels are drawn uniformly. */
export function drawImages(split: Split, first: number, count: number): LabelledImages {
  const area = imageSide * imageSide;
  const pixels = new Uint8Array(count * area);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const prng = seededPrng(keyedBits(splitSeeds[split], first + index, 0));
    labels[index] = prng.below(10);
    pixels.set(drawDigit(labels[index]!, prng), index * area);
  }
  return { pixels, side: imageSide, labels };
}
