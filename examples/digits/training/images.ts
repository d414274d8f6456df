/** Bytes to network inputs. */

import { imageSide } from "../drawing/image.ts";
import type { Batch } from "./batch.ts";

/** (byte / 255 - 0.5) / 0.5: the range -1..1. */
export const normalisation = { mean: 0.5, std: 0.5 } as const;

/** count x 1 x side x side from count x side x side bytes. */
export function inputBatch(pixels: Uint8Array, side = imageSide): Batch {
  const { mean, std } = normalisation;
  return {
    data: Float64Array.from(pixels, (byte) => (byte / 255 - mean) / std),
    count: pixels.length / (side * side),
    channels: 1,
    height: side,
    width: side,
  };
}

/** Images `from` to `to - 1` of a batch, sharing its memory. */
export function slice(batch: Batch, from: number, to: number): Batch {
  const size = batch.channels * batch.height * batch.width;
  const end = Math.min(to, batch.count);
  return { ...batch, count: end - from, data: batch.data.subarray(from * size, end * size) };
}
