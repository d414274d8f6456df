/** Strokes to line segments. */

import type { Point, Stroke } from "./glyph.ts";

export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

const pieces = 4;

/** The segments of a stroke; a spline is cut into `pieces` segments between neighbouring points. */
export function segmentsOf(stroke: Stroke): Segment[] {
  const line = stroke.path === "straight" ? stroke.points : splineOf(stroke);
  return line.slice(1).map((to, index) => ({ from: line[index] ?? to, to }));
}

function splineOf({ path, points }: Stroke): Point[] {
  const count = points.length;
  const at = (index: number): Point => {
    const wanted = path === "closed" ? (index + count) % count : Math.min(Math.max(index, 0), count - 1);
    return points[wanted] ?? [0, 0];
  };
  const spans = path === "closed" ? count : count - 1;
  const line: Point[] = [at(0)];
  for (let span = 0; span < spans; span++) {
    for (let piece = 1; piece <= pieces; piece++) {
      line.push(catmullRom(at(span - 1), at(span), at(span + 1), at(span + 2), piece / pieces));
    }
  }
  return line;
}

/** The uniform Catmull-Rom spline between b (t = 0) and c (t = 1). */
function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const blend = (axis: 0 | 1): number =>
    b[axis] +
    0.5 *
      t *
      (c[axis] -
        a[axis] +
        t *
          (2 * a[axis] -
            5 * b[axis] +
            4 * c[axis] -
            d[axis] +
            t * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])));
  return [blend(0), blend(1)];
}
