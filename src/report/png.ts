/** A PNG file of palette indices (ISO/IEC 15948), for rasters that would be too many rectangles. */

import { crc32, deflateSync } from "node:zlib";

export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** One palette index for each pixel, row by row. */
  readonly pixels: Uint8Array;
  /** Red, green, blue and opacity of each index, 0 to 255. */
  readonly palette: readonly (readonly [number, number, number, number])[];
}

export function pngDataUri(image: IndexedImage): string {
  return `data:image/png;base64,${pngOf(image).toString("base64")}`;
}

export function pngOf({ width, height, pixels, palette }: IndexedImage): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a pixel, palette colour, and the only compression, filter and interlace methods that matter here.
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3)));
  const opacities = Uint8Array.from(palette, ([, , , opacity]) => opacity);
  const data = deflateSync(withFilterBytes(pixels, width, height), { level: 9 });
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const chunks = [
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("tRNS", opacities),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

/** Every scan line begins with its filter type, 0 for none. */
function withFilterBytes(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const lines = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return lines;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
