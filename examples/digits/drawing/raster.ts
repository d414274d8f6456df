/** Line segments to grey values on a square grid of pixels; flat arrays, row by row from the top. */

import type { Segment } from "./polyline.ts";

/** How much of each pixel the pen covers, 0..1: the edge falls off over one pixel around half the stroke width. */
export function coverage(segments: readonly Segment[], strokeWidth: number, side: number): Float64Array {
  const covered = new Float64Array(side * side);
  for (let pixel = 0; pixel < covered.length; pixel++) {
    const [x, y] = [(pixel % side) + 0.5, Math.floor(pixel / side) + 0.5];
    let nearest = Number.POSITIVE_INFINITY;
    for (const segment of segments) nearest = Math.min(nearest, squaredDistance(x, y, segment));
    covered[pixel] = Math.min(Math.max(strokeWidth / 2 + 0.5 - Math.sqrt(nearest), 0), 1);
  }
  return covered;
}

/** Mixes the image with itself smoothed by the kernel (1 2 1; 2 4 2; 1 2 1) / 16; the border repeats. */
export function blurred(image: Float64Array, amount: number, side: number): Float64Array {
  const rows = smoothed(image, side, 1);
  return smoothed(rows, side, side).map((value, pixel) => (1 - amount) * image[pixel]! + amount * value);
}

function smoothed(image: Float64Array, side: number, stride: number): Float64Array {
  return image.map((value, pixel) => {
    const place = Math.floor(pixel / stride) % side;
    const before = image[place > 0 ? pixel - stride : pixel]!;
    const after = image[place < side - 1 ? pixel + stride : pixel]!;
    return (before + 2 * value + after) / 4;
  });
}

function squaredDistance(x: number, y: number, { from, to }: Segment): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / length;
  const clamped = Math.min(Math.max(along, 0), 1);
  const [ex, ey] = [x - from[0] - clamped * dx, y - from[1] - clamped * dy];
  return ex * ex + ey * ey;
}
