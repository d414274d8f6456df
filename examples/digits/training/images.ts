/** Bytes to network inputs. */

import { imageSide } from "../drawing/image.ts";
import type { Batch } from "./batch.ts";

/** (byte / 255 - 0.5) / 0.5: the range -1..1. */
export const normalisation = { mean: 0.5, std: 0.5 } as const;

/** count x 1 x 16 x 16 from count x 256 bytes. */
export function inputBatch(pixels: Uint8Array): Batch {
  const { mean, std } = normalisation;
  return {
    data: Float64Array.from(pixels, (byte) => (byte / 255 - mean) / std),
    count: pixels.length / (imageSide * imageSide),
    channels: 1,
    height: imageSide,
    width: imageSide,
  };
}

/** Images `from` to `to - 1` of a batch, sharing its memory. */
export function slice(batch: Batch, from: number, to: number): Batch {
  const size = batch.channels * batch.height * batch.width;
  const end = Math.min(to, batch.count);
  return { ...batch, count: end - from, data: batch.data.subarray(from * size, end * size) };
}
