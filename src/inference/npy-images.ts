/** Images and labels that NumPy saved. */

import { LabError } from "../core/errors.ts";
import type { ImageSet } from "./image-set.ts";
import type { NpyArray } from "./npy.ts";

const largestLabel = 255;

/**
 * Bytes of shape (images, height, width), (images, height, width, channels) or (images, channels, height, width), of 1 or 3 channels.
 * @throws LabError BAD_DATA for other shapes and element types, and labels that are not one class of 0 to 255 for each image.
 */
export function npyImages(images: NpyArray, labels: NpyArray, name: string, labelsName: string): ImageSet {
  const [count = 0, ...rest] = images.shape;
  const { values } = images;
  if (!(values instanceof Uint8Array))
    throw notImages(name, "its elements are not bytes of 0 to 255", "save it with .astype(numpy.uint8)");
  const { channels, height, width, last } = layoutOf(rest, name, images.shape);
  const pixels = last && channels > 1 ? channelsFirst(values, count, height * width, channels) : values;
  return {
    count,
    channels,
    height,
    width,
    pixels,
    labels: labelsOf(labels, count, labelsName),
    classes: undefined,
  };
}

const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;

function layoutOf(sizes: readonly number[], name: string, shape: readonly number[]) {
  const [a = 0, b = 0, c = 0] = sizes;
  if (sizes.length === 2) return { channels: 1, height: a, width: b, last: false };
  if (sizes.length === 3 && isChannels(c) && !isChannels(a))
    return { channels: c, height: a, width: b, last: true };
  if (sizes.length === 3 && isChannels(a) && !isChannels(c))
    return { channels: a, height: b, width: c, last: false };
  throw notImages(
    name,
    `an array of shape ${shape.join(" x ")} does not tell which axis holds 1 or 3 channels`,
    "save it as (images, height, width, channels)",
  );
}

/** Pixels of (images, places, channels) as (images, channels, places). */
function channelsFirst(values: Uint8Array, count: number, places: number, channels: number): Uint8Array {
  const pixels = new Uint8Array(values.length);
  for (let image = 0; image < count; image++)
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++)
        pixels[(image * channels + channel) * places + place] =
          values[(image * places + place) * channels + channel]!;
  return pixels;
}

function labelsOf({ shape, values }: NpyArray, count: number, name: string): Uint8Array {
  if (values.length !== count)
    throw notImages(
      name,
      `labels of shape ${shape.join(" x ")} for ${count} images`,
      "save one class for each image",
    );
  const wrong = values.findIndex((label) => label < 0 || label > largestLabel);
  if (wrong >= 0)
    throw notImages(
      name,
      `label ${values[wrong]} of image ${wrong} is not 0 to ${largestLabel}`,
      "number the classes from 0 on",
    );
  return Uint8Array.from(values);
}

const notImages = (name: string, why: string, next: string): LabError =>
  new LabError("BAD_DATA", `${name}: ${why}`, { next });
