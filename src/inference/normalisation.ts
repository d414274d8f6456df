/** How bytes become the network's input: (byte / 255 - mean) / std for each channel. */

import { LabError } from "../core/errors.ts";

/** One value for each channel, or a single one for all of them. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Presets; there is no default, since a wrong one costs accuracy without a message. */
export const normalisations = {
  none: { mean: [0], std: [1] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  mnist: { mean: [0.1307], std: [0.3081] },
} as const satisfies Readonly<Record<string, Normalisation>>;

/**
 * A preset's name, or means and standard deviations: "0.485,0.456,0.406/0.229,0.224,0.225".
 * @throws LabError USAGE.
 */
export function parseNormalisation(text: string): Normalisation {
  const preset = Object.entries(normalisations).find(([name]) => name === text.trim());
  if (preset !== undefined) return preset[1];
  const [mean = [], std = [], ...rest] = text.split("/").map(numbersOf);
  const sane = mean.length > 0 && mean.length === std.length && rest.length === 0;
  if (sane && [...mean, ...std].every(Number.isFinite) && std.every((value) => value > 0)) {
    return { mean, std };
  }
  throw new LabError("USAGE", `"${text}" is not a normalisation`, {
    next: `give ${Object.keys(normalisations).join(", ")}, or means/deviations such as 0.485,0.456,0.406/0.229,0.224,0.225`,
  });
}

/**
 * The input value of every byte, channel by channel (channels x 256).
 * @throws LabError BAD_DATA when the normalisation is for another number of channels.
 */
export function byteTable(normalisation: Normalisation, channels: number): Float32Array {
  const given = normalisation.mean.length;
  if (given !== 1 && given !== channels) {
    throw new LabError(
      "BAD_DATA",
      `the normalisation is for ${given} channels, the images have ${channels}`,
      {
        next: "choose the normalisation that the network was trained with",
      },
    );
  }
  return Float32Array.from({ length: channels * 256 }, (_, index) => {
    const channel = given === 1 ? 0 : Math.floor(index / 256);
    return ((index % 256) / 255 - normalisation.mean[channel]!) / normalisation.std[channel]!;
  });
}

const numbersOf = (text: string): number[] =>
  text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
