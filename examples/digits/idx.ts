/** The IDX format of the MNIST files (LeCun, Cortes, Burges): magic, big-endian dimensions, then unsigned bytes. */

import { imageSide } from "./drawing/image.ts";

/** An idx3-ubyte file of `pixels.length / 256` images of 16 x 16. */
export function encodeImages(pixels: Uint8Array): Uint8Array {
  return encode([pixels.length / (imageSide * imageSide), imageSide, imageSide], pixels);
}

/** An idx1-ubyte file. */
export function encodeLabels(labels: Uint8Array): Uint8Array {
  return encode([labels.length], labels);
}

function encode(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const unsignedByte = 0x08;
  const file = new Uint8Array(4 + 4 * shape.length + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, (unsignedByte << 8) | shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}
