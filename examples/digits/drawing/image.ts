/** One distorted digit. */

import type { Prng } from "../../../src/core/prng.ts";
import { bell, type Distortion, drawDistortion, shakeGlyph } from "./distortion.ts";
import { type Glyph, glyphs, type Point } from "./glyph.ts";
import { type Segment, segmentsOf } from "./polyline.ts";
import { blurred, coverage } from "./raster.ts";

export const imageSide = 16;

/** The bytes (16 x 16, 0 paper to 255 ink) of one image of `digit`; sixteen grey levels keep the committed files small. */
export function drawDigit(digit: number, prng: Prng): Uint8Array {
  const styles = glyphs[digit];
  if (styles === undefined) throw new RangeError(`no glyph for digit ${digit}`);
  const glyph = shakeGlyph(styles[prng.below(styles.length)] ?? [], prng);
  const distortion = drawDistortion(prng, imageSide);
  const sharp = coverage(placed(glyph, distortion), distortion.strokeWidth, imageSide);
  const soft = blurred(sharp, distortion.blur, imageSide);
  const { paper, ink, noise } = distortion;
  return Uint8Array.from(soft, (covered) => quantised(paper + (ink - paper) * covered + noise * bell(prng)));
}

function placed(glyph: Glyph, { affine }: Distortion): Segment[] {
  const place = ([x, y]: Point): Point => [
    affine.xx * x + affine.xy * y + affine.x0,
    affine.yx * x + affine.yy * y + affine.y0,
  ];
  return glyph.flatMap(segmentsOf).map(({ from, to }) => ({ from: place(from), to: place(to) }));
}

function quantised(grey: number): number {
  return 17 * Math.min(Math.max(Math.floor(grey * 15 + 0.5), 0), 15);
}
