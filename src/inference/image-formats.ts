/** Image files as bytes to image sets: CIFAR-10 binary (Krizhevsky 2009) and IDX (LeCun, as in MNIST). */

import { LabError } from "../core/errors.ts";
import type { ImageSet } from "./image-set.ts";

const cifarRecord = 1 + 3 * 32 * 32;

/** IDX magic numbers: unsigned bytes in 3 dimensions (images) and in 1 (labels). */
const idxImages = 0x00000803;
const idxLabels = 0x00000801;

/** True when the header is IDX images and the size is what the header says; a CIFAR-10 file can begin with the same bytes. */
export function isIdxImages(bytes: Uint8Array): boolean {
  return word(bytes, 0) === idxImages && bytes.length === 16 + idxPixels(bytes);
}

/**
 * Records of one label byte and 3 x 32 x 32 bytes.
 * @param name how messages call the file.
 * @throws LabError BAD_DATA for another size or a label above 9.
 */
export function decodeCifar10(bytes: Uint8Array, name: string): ImageSet {
  if (bytes.length === 0 || bytes.length % cifarRecord !== 0) {
    throw notImages(
      name,
      `${bytes.length} bytes is not a multiple of ${cifarRecord}, and it has no IDX header`,
    );
  }
  const count = bytes.length / cifarRecord;
  const labels = Uint8Array.from({ length: count }, (_, index) => bytes[index * cifarRecord]!);
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0) throw notImages(name, `label ${labels[wrong]} of image ${wrong} is not 0 to 9`);
  const pixels = new Uint8Array(count * (cifarRecord - 1));
  for (let index = 0; index < count; index++) {
    const record = bytes.subarray(index * cifarRecord + 1, (index + 1) * cifarRecord);
    pixels.set(record, index * (cifarRecord - 1));
  }
  return { count, channels: 3, height: 32, width: 32, pixels, labels, classes: 10 };
}

/**
 * IDX images with their labels, one channel.
 * @throws LabError BAD_DATA when a size does not match its header or the two files have different counts.
 */
export function decodeIdx(
  images: Uint8Array,
  labels: Uint8Array,
  name: string,
  labelsName: string,
): ImageSet {
  const count = word(images, 4);
  if (images.length < 16 || images.length !== 16 + idxPixels(images)) {
    throw notImages(name, `${images.length} bytes do not match its IDX header`);
  }
  if (word(labels, 0) !== idxLabels || labels.length !== 8 + word(labels, 4)) {
    throw notImages(labelsName, `${labels.length} bytes with no IDX label header of that size`);
  }
  if (word(labels, 4) !== count) {
    throw notImages(labelsName, `${word(labels, 4)} labels for ${count} images`);
  }
  const [height, width] = [word(images, 8), word(images, 12)];
  return {
    count,
    channels: 1,
    height,
    width,
    pixels: images.slice(16),
    labels: labels.slice(8),
    classes: undefined,
  };
}

const idxPixels = (bytes: Uint8Array): number => word(bytes, 4) * word(bytes, 8) * word(bytes, 12);

/** Big-endian; NaN beyond the end. */
function word(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return Number.NaN;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

const notImages = (name: string, why: string): LabError =>
  new LabError("BAD_DATA", `${name}: ${why}`, {
    next: "give a CIFAR-10 binary file (data_batch_1.bin), IDX or NPY images with their labels, plain or .gz, or a folder of class folders",
  });
