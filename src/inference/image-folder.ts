/** A folder with a folder of pictures for each class, as torchvision's ImageFolder takes it: classes are numbered by their sorted names. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { mapBounded } from "../core/concurrency.ts";
import { LabError, textOf } from "../core/errors.ts";
import type { ImageSet } from "./image-set.ts";

const pictureName = /\.(png|jpe?g|webp|tiff?|gif|bmp)$/i;
const maxClasses = 256;
const maxPixelBytes = 2 ** 31;
const decodedAtOnce = 8;

/**
 * Pictures of one size; grey when all of them are, else in three channels. Transparency is dropped.
 * @param limit only the first so many pictures of the sorted paths.
 * @throws LabError BAD_DATA for a folder without class folders or pictures, and for a picture that cannot be decoded or has another size.
 */
export async function readImageFolder(path: string, limit = Number.POSITIVE_INFINITY): Promise<ImageSet> {
  const files = (await picturesIn(path)).slice(0, limit);
  const pictures = await mapBounded(files, decodedAtOnce, ({ file }) => decoded(file));
  const [first] = pictures;
  const [firstFile] = files;
  if (first === undefined || firstFile === undefined)
    throw unusable(path, "it holds no pictures in class folders", "put them into CLASS/PICTURE.png");
  const { width, height } = first;
  const odd = pictures.findIndex((picture) => picture.width !== width || picture.height !== height);
  if (odd >= 0)
    throw unusable(
      files[odd]?.file ?? path,
      `it is ${pictures[odd]?.width} x ${pictures[odd]?.height}, ${firstFile.file} is ${width} x ${height}`,
      "resize the pictures to what the network takes",
    );
  const channels = pictures.every((picture) => picture.channels === 1) ? 1 : 3;
  const size = channels * width * height;
  if (size * pictures.length > maxPixelBytes)
    throw unusable(path, `${pictures.length} pictures are too many at once`, "use --limit");
  const pixels = new Uint8Array(size * pictures.length);
  pictures.forEach((picture, n) => {
    pixels.set(planesOf(picture, channels), n * size);
  });
  const labels = Uint8Array.from(files, ({ label }) => label);
  return { count: pictures.length, channels, height, width, pixels, labels, classes: undefined };
}

interface PictureFile {
  readonly file: string;
  readonly label: number;
}

async function picturesIn(path: string): Promise<PictureFile[]> {
  const classes = await namesIn(path, (entry) => entry.isDirectory());
  if (classes.length > maxClasses)
    throw unusable(path, `${classes.length} class folders, more than ${maxClasses}`, "choose fewer classes");
  const lists = classes.map(async (name, label) => {
    const folder = join(path, name);
    const pictures = await namesIn(folder, (entry) => entry.isFile() && pictureName.test(entry.name));
    return pictures.map((picture): PictureFile => ({ file: join(folder, picture), label }));
  });
  return (await Promise.all(lists)).flat();
}

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
  isFile(): boolean;
}

async function namesIn(path: string, wanted: (entry: Entry) => boolean): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter(wanted)
    .map(({ name }) => name)
    .sort();
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** height x width x channels. */
  readonly data: Uint8Array;
}

async function decoded(file: string): Promise<Picture> {
  try {
    const { default: sharp } = await import("sharp");
    const picture = sharp(file);
    const grey = (await picture.metadata()).channels <= 2;
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace(grey ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  } catch (cause) {
    throw new LabError("BAD_DATA", `${file} cannot be decoded: ${textOf(cause)}`, {
      next: "remove it, or save it as PNG",
      cause,
    });
  }
}

/** Channel after channel; a grey picture among coloured ones has its grey in all three. */
function planesOf({ data, width, height, channels: own }: Picture, channels: number): Uint8Array {
  const places = width * height;
  const planes = new Uint8Array(channels * places);
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < places; place++)
      planes[channel * places + place] = data[place * own + (own === 1 ? 0 : channel)]!;
  return planes;
}

const unusable = (path: string, why: string, next: string): LabError =>
  new LabError("BAD_DATA", `${path}: ${why}`, { next });
