/** Conductances as a picture of points: where they lie on an array. */

import { soft, textStyle } from "./chart-style.ts";
import { viridis } from "./colour-scale.ts";
import { escapeText, html, type Markup, nothing } from "./markup.ts";
import { type IndexedImage, pngDataUri } from "./png.ts";
import { inMicrosiemens } from "./words.ts";

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Mean conductance of each block in S, row by row; NaN where no device is known. */
  readonly siemens: Float32Array;
  /** 1 for each block of which a device belongs to a tile, whether or not its conductance is known; not told for a live map. */
  readonly held?: Uint8Array;
}

/** What stands in a picture for places without a conductance. */
export interface Blanks {
  /** In words, beside an empty box: places that are no tile's; undefined where there are none. */
  readonly free: string | undefined;
  /** Beside a grey box: places of tiles whose conductance is not known. */
  readonly unknown: string | undefined;
}

/** Which kinds of places without a conductance there are. */
export function blanksIn(rasters: readonly Raster[]): { readonly free: boolean; readonly unknown: boolean } {
  const isBlank = (raster: Raster, held: 0 | 1): boolean =>
    raster.siemens.some((value, block) => Number.isNaN(value) && (raster.held?.[block] ?? 0) === held);
  return {
    free: rasters.some((raster) => isBlank(raster, 0)),
    unknown: rasters.some((raster) => isBlank(raster, 1)),
  };
}

const noBlanks: Blanks = { free: undefined, unknown: undefined };

/** A raster with what it shows. */
export interface Picture {
  readonly name: string;
  readonly raster: Raster;
}

export const imageMarkup = ({ name, raster }: Picture, topSiemens: number): Markup =>
  html`<p class="map"><span>${name}</span><img src="${pngDataUri(imageOf(raster, topSiemens))}" width="${raster.width}" height="${raster.height}" alt="Map of the conductances, ${name}"></p>`;

/** The colours from 0 to `topSiemens`, and what has none of them. */
export const scaleMarkup = (topSiemens: number, { free, unknown }: Blanks = noBlanks): Markup =>
  html`<p class="scale"><span>0</span><i></i><span>${inMicrosiemens(topSiemens)} µS and above</span>${boxMarkup("free", free)}${boxMarkup("unknown", unknown)}</p>`;

const boxMarkup = (kind: keyof Blanks, text: string | undefined): Markup =>
  text === undefined ? nothing : html`<span class="box"><i class="${kind}"></i>${text}</span>`;

/** In units of the drawing. */
const plateWidth = 820;
const tallestPicture = 560;
const lineHeight = 22;
const gap = 14;

interface Placed extends Picture {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The pictures above each other over the scale of the colours. */
export function rasterPlate(pictures: readonly Picture[], topSiemens: number, blanks: Blanks = noBlanks) {
  const placed: Placed[] = [];
  let top = 0;
  for (const picture of pictures) {
    const ratio = picture.raster.height / picture.raster.width;
    const width = Math.round(Math.min(plateWidth, tallestPicture / ratio));
    const height = Math.round(width * ratio);
    placed.push({ ...picture, top, width, height });
    top += lineHeight + height + gap;
  }
  const size = { width: plateWidth, height: top + lineHeight };
  const svg = (): string =>
    `<svg viewBox="0 0 ${size.width} ${size.height}" xmlns="http://www.w3.org/2000/svg">${placed.map((one) => placedDrawing(one, topSiemens)).join("")}${scaleDrawing(top, topSiemens, blanks)}</svg>`;
  return { size, svg };
}

function placedDrawing({ name, raster, top, width, height }: Placed, topSiemens: number): string {
  const uri = pngDataUri(imageOf(raster, topSiemens));
  const place = `x="0" y="${top + lineHeight}" width="${width}" height="${height}"`;
  return `${textAt(0, top + 14, name)}<image ${place} preserveAspectRatio="none" image-rendering="optimizeSpeed" href="${uri}"/>`;
}

function scaleDrawing(top: number, topSiemens: number, { free, unknown }: Blanks): string {
  const steps = Array.from({ length: shades }, (_, shade) => {
    const colour = `rgb(${viridis(shade / (shades - 1)).join(",")})`;
    return `<rect x="${20 + 3 * shade}" y="${top + 4}" width="3.5" height="12" fill="${colour}"/>`;
  });
  return `${textAt(0, top + 15, "0")}${steps.join("")}${textAt(220, top + 15, `${inMicrosiemens(topSiemens)} µS and above`)}${boxDrawing(360, top, free, `fill="none" stroke="${soft}"`)}${boxDrawing(560, top, unknown, `fill="rgb(${grey.join(",")})"`)}`;
}

const boxDrawing = (x: number, top: number, text: string | undefined, paint: string): string =>
  text === undefined
    ? ""
    : `<rect x="${x}" y="${top + 4.5}" width="12" height="11" ${paint}/>${textAt(x + 18, top + 15, text)}`;

const textAt = (x: number, y: number, text: string): string =>
  `<text x="${x}" y="${y}" fill="${soft}" font-family="${textStyle.fontFamily}" font-size="${textStyle.fontSize}">${escapeText(text)}</text>`;

const shades = 64;

/** No colour of the scale, and seen on light and dark paper; the page's style sheet has it as well. */
const grey = [150, 150, 150] as const;

/** Index 0 is transparent, the last is grey. 64 shades are more than the eye tells apart, and half the bytes of 255. */
function imageOf({ width, height, siemens, held }: Raster, topSiemens: number): IndexedImage {
  const shadeOf = (value: number): number =>
    Math.max(0, Math.min(shades - 1, Math.round((value / topSiemens) * (shades - 1))));
  const blank = (block: number): number => (held?.[block] === 1 ? 1 + shades : 0);
  const pixels = Uint8Array.from(siemens, (value, block) =>
    Number.isNaN(value) ? blank(block) : 1 + shadeOf(value),
  );
  const colours = Array.from(
    { length: shades },
    (_, shade) => [...viridis(shade / (shades - 1)), 255] as const,
  );
  return { width, height, pixels, palette: [[0, 0, 0, 0], ...colours, [...grey, 255]] };
}
