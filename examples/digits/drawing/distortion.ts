/** What one hand, one pen and one camera do to a glyph: the random part of an image. */

import type { Prng } from "../../../src/core/prng.ts";
import type { Glyph, Point } from "./glyph.ts";

/** Everything that differs between two images of one glyph. Lengths are in pixels, grey values in 0..1. */
export interface Distortion {
  /** Maps glyph coordinates to pixels: x' = xx x + xy y + x0, y' = yx x + yy y + y0. */
  readonly affine: { xx: number; xy: number; x0: number; yx: number; yy: number; y0: number };
  readonly strokeWidth: number;
  readonly paper: number;
  readonly ink: number;
  /** 0 leaves the image sharp, 1 averages with the 3 x 3 binomial kernel. */
  readonly blur: number;
  readonly noise: number;
}

export function drawDistortion(prng: Prng, side: number): Distortion {
  const between = (low: number, high: number): number => low + (high - low) * prng.uniform();
  const rotation = rotationOf(0.16 * bell(prng));
  const shear = 0.22 * bell(prng);
  const [width, height] = [between(0.27, 0.42) * side, between(0.28, 0.42) * side];
  const paper = between(0, 0.3);
  return {
    affine: {
      xx: width * rotation.cos,
      xy: width * shear * rotation.cos - height * rotation.sin,
      x0: side / 2 + 0.8 * bell(prng),
      yx: width * rotation.sin,
      yy: width * shear * rotation.sin + height * rotation.cos,
      y0: side / 2 + 0.8 * bell(prng),
    },
    strokeWidth: between(0.9, 2.2),
    paper,
    ink: paper + between(0.35, 0.7),
    blur: between(0, 1),
    noise: between(0.02, 0.14),
  };
}

/** Moves every control point on its own, as an unsteady hand does. */
export function shakeGlyph(glyph: Glyph, prng: Prng): Glyph {
  const amount = 0.09;
  const shake = ([x, y]: Point): Point => [x + amount * bell(prng), y + amount * bell(prng)];
  return glyph.map((stroke) => ({ path: stroke.path, points: stroke.points.map(shake) }));
}

/**
 * Nearly normal with unit variance: the sum of four uniform numbers (Irwin-Hall), at most 3.5.
 * Sines, logarithms and the like may differ in the last bit between machines; +, -, *, / and sqrt may not (IEEE 754),
 * and the bytes of the images must not depend on the machine.
 */
export function bell(prng: Prng): number {
  return (prng.uniform() + prng.uniform() + prng.uniform() + prng.uniform() - 2) * Math.sqrt(3);
}

/** The rotation by 2 atan(t), in rational numbers. */
function rotationOf(t: number): { cos: number; sin: number } {
  return { cos: (1 - t * t) / (1 + t * t), sin: (2 * t) / (1 + t * t) };
}
