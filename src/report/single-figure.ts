/** One figure of a report as a file of its own: SVG, or PNG by librsvg, in the colours that the page has by day. */

import { escapeText } from "./markup.ts";
import type { Drawing } from "./section.ts";
import { lightColours } from "./style.ts";

/** As people name it: without what all identifiers begin with. */
export const figureName = ({ id }: Pick<Drawing, "id">): string => id.replace(/^figure-/, "");

/** The command whose data each kind of figure draws; those of one kind end in a number. */
const origins: Readonly<Record<string, string>> = {
  accuracy: "pcmlab infer",
  "accuracy-near": "pcmlab infer",
  "layer-errors": "pcmlab validate",
  losses: "pcmlab validate",
  "losses-left": "pcmlab validate",
  "programming-error": "pcmlab read",
  conductance: "pcmlab read",
  iterations: "pcmlab program",
  drift: "pcmlab read",
  "drift-fits": "pcmlab drift",
  map: "pcmlab read",
  wear: "pcmlab program",
};

/** What has to be run first for a figure that a store has no data for; undefined for a name that no figure has. */
export const figureOrigin = (name: string): string | undefined => {
  const kind = name.replace(/-\d+$/, "");
  return Object.hasOwn(origins, kind) ? origins[kind] : undefined;
};

/** Around the drawing, so that it does not touch the text of a paper. */
const margin = 16;

/** A whole SVG file. It names generic fonts only, and needs nothing from elsewhere. */
export function svgFile({ title, size, svg }: Drawing): string {
  const [width, height] = [size.width + 2 * margin, size.height + 2 * margin];
  const drawing = svg().replace(
    /^<svg[^>]*?(?= viewBox)/,
    `<svg x="${margin}" y="${margin}" width="${size.width}" height="${size.height}"`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeText(title)}</title><rect width="${width}" height="${height}" fill="${lightColours.paper}"/>${inColours(drawing)}</svg>
`;
}

/**
 * A PNG file, as high as its width makes it.
 * @param widthPixels of the whole picture.
 */
export async function pngFile(drawing: Drawing, widthPixels: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const density = (72 * widthPixels) / (drawing.size.width + 2 * margin);
  return sharp(Buffer.from(svgFile(drawing)), { density })
    .resize({ width: widthPixels })
    .png()
    .toBuffer();
}

/** Outside of the page nobody says what its variables are. */
const inColours = (svg: string): string =>
  Object.entries(lightColours).reduce(
    (text, [name, colour]) => text.replaceAll(`var(--${name})`, colour),
    svg,
  );
