/** Images to matrices of 3 x 3 patches (im2col) and back: a convolution is then a matrix product, as it is on a crossbar. */

/** One image and the 3 x 3 convolution over it, with one ring of zeros around the image. */
export interface PatchGeometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

export const outputSide = (side: number, stride: number): number => Math.floor((side - 1) / stride) + 1;

/** The number of rows and columns of the matrix of patches: (channel, kernel row, kernel column) by output pixel. */
export function patchShape(g: PatchGeometry): readonly [rows: number, columns: number] {
  return [g.channels * 9, outputSide(g.height, g.stride) * outputSide(g.width, g.stride)];
}

/** For every cell of the matrix of patches the index of its pixel in the image, or -1 in the ring of zeros. */
export function patchSources(g: PatchGeometry): Int32Array {
  const [rows, area] = patchShape(g);
  const outWidth = outputSide(g.width, g.stride);
  return Int32Array.from({ length: rows * area }, (_, cell) => {
    const row = Math.floor(cell / area);
    const y = Math.floor((cell % area) / outWidth) * g.stride + (Math.floor(row / 3) % 3) - 1;
    const x = (cell % outWidth) * g.stride + (row % 3) - 1;
    const inside = y >= 0 && y < g.height && x >= 0 && x < g.width;
    return inside ? (Math.floor(row / 9) * g.height + y) * g.width + x : -1;
  });
}

/** Copies the image that starts at `offset` into `patches`. */
export function gatherPatches(
  image: Float64Array,
  offset: number,
  sources: Int32Array,
  patches: Float64Array,
): void {
  for (let cell = 0; cell < sources.length; cell++) {
    const source = sources[cell]!;
    patches[cell] = source < 0 ? 0 : image[offset + source]!;
  }
}

/** The transpose of `gatherPatches`: adds every cell of `patches` to the pixel that it came from. */
export function scatterPatches(
  patches: Float64Array,
  sources: Int32Array,
  image: Float64Array,
  offset: number,
): void {
  for (let cell = 0; cell < sources.length; cell++) {
    const source = sources[cell]!;
    if (source >= 0) image[offset + source]! += patches[cell]!;
  }
}
