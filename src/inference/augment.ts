/** The random changes that training applies to images; AdaBS needs the same ones (FACTS 1.7). */

import { LabError } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";

export interface Augmentation {
  /** Pixels of border added on each side before a crop of the old size at a random place; 0 crops nothing. */
  readonly cropPixels: number;
  /** Mirror left and right with probability 1/2. */
  readonly flip: boolean;
}

export const noAugmentation: Augmentation = { cropPixels: 0, flip: false };

/** Larger borders would leave little of a 32 x 32 image. */
const maxCropPixels = 16;

/** "crop4,flip", "flip", "crop2" or "none". @throws LabError USAGE. */
export function parseAugment(text: string): Augmentation {
  const parts = text.split(",").map((part) => parsePart(part.trim(), text));
  return {
    cropPixels: Math.max(...parts.map(({ cropPixels }) => cropPixels)),
    flip: parts.some(({ flip }) => flip),
  };
}

function parsePart(part: string, text: string): Augmentation {
  const crop = /^crop(\d+)$/.exec(part);
  if (part === "none") return noAugmentation;
  if (part === "flip") return { cropPixels: 0, flip: true };
  if (crop !== null && Number(crop[1]) <= maxCropPixels) return { cropPixels: Number(crop[1]), flip: false };
  throw new LabError("USAGE", `"${text}" is not an augmentation`, {
    next: `give none, flip, crop4 (up to crop${maxCropPixels}) or crop4,flip`,
  });
}

export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * One augmented copy of an image (channels x height x width bytes). The border is byte 0, black, as torchvision's
 * RandomCrop(padding=...) makes it when it stands before ToTensor and Normalize.
 */
export function augmentImage(
  pixels: Uint8Array,
  shape: ImageShape,
  { cropPixels, flip }: Augmentation,
  prng: Prng,
): Uint8Array {
  if (cropPixels === 0 && !flip) return pixels;
  const down = prng.below(2 * cropPixels + 1) - cropPixels;
  const right = prng.below(2 * cropPixels + 1) - cropPixels;
  return moved(pixels, shape, down, right, flip && prng.uniform() < 0.5);
}

/** Pixel (y, x) of the result is pixel (y + down, x + right) of the image, mirrored afterwards; black outside. */
function moved(
  pixels: Uint8Array,
  { channels, height, width }: ImageShape,
  down: number,
  right: number,
  mirror: boolean,
): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let line = 0; line < channels * height; line++) {
    const y = (line % height) + down;
    if (y < 0 || y >= height) continue;
    for (let column = 0; column < width; column++) {
      const x = column + right;
      if (x < 0 || x >= width) continue;
      result[line * width + (mirror ? width - 1 - column : column)] = pixels[(line + down) * width + x]!;
    }
  }
  return result;
}
