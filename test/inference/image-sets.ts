/** Image sets for tests. */

import type { Prng } from "../../src/core/prng.ts";
import type { ImageSet } from "../../src/inference/image-set.ts";

/** Random images; the label of an image is `label` of its pixels. */
export function randomImages(
  prng: Prng,
  count: number,
  [channels, height, width]: readonly [number, number, number],
  label: (pixels: Uint8Array) => number = () => 0,
): ImageSet {
  const size = channels * height * width;
  const pixels = Uint8Array.from({ length: count * size }, () => prng.below(256));
  const labels = Uint8Array.from({ length: count }, (_, k) =>
    label(pixels.subarray(k * size, (k + 1) * size)),
  );
  return { count, channels, height, width, pixels, labels, classes: undefined };
}

/** The first bytes of an IDX file and then `rest`. */
export function idx(magic: number, sizes: readonly number[], rest: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, magic);
  sizes.forEach((size, k) => {
    header.setUint32(4 + 4 * k, size);
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...rest]);
}
