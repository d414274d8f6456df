/** Image files from disk; the format is told by the content, not by the name. */

import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { LabError } from "../core/errors.ts";
import { decodeCifar10, decodeIdx, isIdxImages } from "./image-formats.ts";
import { firstImages, type ImageSet } from "./image-set.ts";

export interface ReadImagesOptions {
  /** Path of the IDX labels; found beside the images when not given. */
  readonly labels?: string;
  /** Only the first so many images. */
  readonly limit?: number;
}

/** Largest file after decompression. */
const maxBytes = 2 ** 30;

/**
 * Reads CIFAR-10 binary or IDX images with labels, gzip or plain.
 * @throws LabError BAD_DATA when a file is missing, of another format or size, or has no labels.
 */
export async function readImages(path: string, options: ReadImagesOptions = {}): Promise<ImageSet> {
  const bytes = await contentOf(path);
  const images = isIdxImages(bytes)
    ? await withLabels(bytes, path, options.labels)
    : decodeCifar10(bytes, path);
  return options.limit === undefined ? images : firstImages(images, options.limit);
}

async function withLabels(images: Uint8Array, path: string, given: string | undefined): Promise<ImageSet> {
  const labels = given ?? labelsBeside(path);
  return decodeIdx(images, await contentOf(labels), path, labels);
}

/** "train-images-idx3-ubyte.gz" has its labels in "train-labels-idx1-ubyte.gz". */
function labelsBeside(path: string): string {
  const labels = path.replace(/images([-.])idx3/, "labels$1idx1");
  if (labels !== path) return labels;
  throw new LabError(
    "BAD_DATA",
    `${path} holds IDX images, but its name does not tell where the labels are`,
    {
      next: "name the labels file, or call the files ...-images-idx3-ubyte and ...-labels-idx1-ubyte",
    },
  );
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return zipped ? await promisify(gunzip)(bytes, { maxOutputLength: maxBytes }) : bytes;
  } catch (cause) {
    throw new LabError("BAD_DATA", `cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      next: "check the path and that the file is complete",
      cause,
    });
  }
}
