/** Images from disk; the format is told by the content, not by the name. */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { LabError, textOf } from "../core/errors.ts";
import { readImageFolder } from "./image-folder.ts";
import { decodeCifar10, decodeIdx, isIdxImages } from "./image-formats.ts";
import { firstImages, type ImageSet } from "./image-set.ts";
import { decodeNpy, isNpy } from "./npy.ts";
import { npyImages } from "./npy-images.ts";

export interface ReadImagesOptions {
  /** Path of the labels, IDX or NPY like the images; found beside them when not given. */
  readonly labels?: string;
  /** Only the first so many images. */
  readonly limit?: number;
}

/** Largest file after decompression. */
const maxBytes = 2 ** 30;

/**
 * Reads CIFAR-10 binary, IDX or NPY images with labels, gzip or plain, or a folder with a folder of pictures for each class.
 * @throws LabError BAD_DATA when a file is missing, of another format or size, or has no labels.
 */
export async function readImages(path: string, options: ReadImagesOptions = {}): Promise<ImageSet> {
  if (await isFolder(path)) return readImageFolder(path, options.limit);
  const bytes = await contentOf(path);
  const images = await decoded(bytes, path, options.labels);
  return options.limit === undefined ? images : firstImages(images, options.limit);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (file) => file.isDirectory(),
    () => false,
  );

async function decoded(bytes: Uint8Array, path: string, given: string | undefined): Promise<ImageSet> {
  if (isNpy(bytes)) {
    const labels = given ?? labelsBeside(path);
    const own = decodeNpy(await contentOf(labels), labels);
    return npyImages(decodeNpy(bytes, path), own, path, labels);
  }
  if (!isIdxImages(bytes)) return decodeCifar10(bytes, path);
  const labels = given ?? labelsBeside(path);
  return decodeIdx(bytes, await contentOf(labels), path, labels);
}

/**
 * "train-images-idx3-ubyte.gz" has its labels in "train-labels-idx1-ubyte.gz", "test_images.npy" in "test_labels.npy", and "x_test.npy" in
 * "y_test.npy".
 */
function labelsBeside(path: string): string {
  const name = basename(path);
  const labels = name
    .replace(/images([-.])idx3/, "labels$1idx1")
    .replace(/^(.*)images(.*\.npy.*)$/i, "$1labels$2")
    .replace(/^([xX])(_.*\.npy.*)$/, (_, x: string, rest: string) => (x === "x" ? "y" : "Y") + rest);
  if (labels !== name) return join(dirname(path), labels);
  throw new LabError("BAD_DATA", `${path} holds images, but its name does not tell where the labels are`, {
    next: "name the file with --labels, or call the files ...-images-idx3-ubyte and ...-labels-idx1-ubyte, or x_....npy and y_....npy",
  });
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return zipped ? await promisify(gunzip)(bytes, { maxOutputLength: maxBytes }) : bytes;
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const what = isMissing ? `there is no file ${path}` : `cannot read ${path}: ${textOf(cause)}`;
    throw new LabError("BAD_DATA", what, {
      next: "check the path and that the file is complete",
      cause,
    });
  }
}
