/** Conductances as a picture of points: where they lie on an array. */

import { viridis } from "./colour-scale.ts";
import { html, type Markup } from "./markup.ts";
import { type IndexedImage, pngDataUri } from "./png.ts";
import { inMicrosiemens } from "./words.ts";

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Mean conductance of each block in S, row by row; NaN where no device is known. */
  readonly siemens: Float32Array;
}

export const imageMarkup = (name: string, raster: Raster, topSiemens: number): Markup =>
  html`<p class="map"><span>${name}</span><img src="${pngDataUri(imageOf(raster, topSiemens))}" width="${raster.width}" height="${raster.height}" alt="Map of the conductances, ${name}"></p>`;

/** The colours from 0 to `topSiemens`. */
export const scaleMarkup = (topSiemens: number): Markup =>
  html`<p class="scale"><span>0</span><i></i><span>${inMicrosiemens(topSiemens)} µS and above</span></p>`;

const shades = 64;

/** Index 0 is transparent. 64 shades are more than the eye tells apart, and half the bytes of 255. */
function imageOf({ width, height, siemens }: Raster, topSiemens: number): IndexedImage {
  const shadeOf = (value: number): number =>
    Math.max(0, Math.min(shades - 1, Math.round((value / topSiemens) * (shades - 1))));
  const pixels = Uint8Array.from(siemens, (value) => (Number.isNaN(value) ? 0 : 1 + shadeOf(value)));
  const colours = Array.from(
    { length: shades },
    (_, shade) => [...viridis(shade / (shades - 1)), 255] as const,
  );
  return { width, height, pixels, palette: [[0, 0, 0, 0], ...colours] };
}
