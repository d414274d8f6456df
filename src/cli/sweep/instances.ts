/** What a sweep is of: chips by their seeds, each programmed in every way that is asked for. */

import { type MethodName, methodNames } from "../../../calibration/methods/names.ts";
import { LabError } from "../../core/errors.ts";

/** A way to map and program a network. */
export interface Variant {
  readonly scale: string;
  readonly algorithm: MethodName;
  readonly devices: 2 | 4;
}

/** One chip that is programmed in one way. */
export interface Instance extends Variant {
  readonly seed: number;
}

export const variantName = ({ scale, algorithm, devices }: Variant): string =>
  [algorithm, `scale ${scale}`, ...(devices === 2 ? [] : [`${devices} devices`])].join(", ");

/** Of its store in the folder of the sweep. @param digest of what else decides its readings. */
export function instanceName({ algorithm, scale, devices, seed }: Instance, digest: string): string {
  const words = [algorithm, scale, devices, seed, digest].join("-");
  return `${words.replace(/[^\w.-]/g, "_")}.db`;
}

/** Ages as options take them. */
export const durations = (seconds: readonly number[]): string => seconds.map((one) => `${one}s`).join(",");

const mostSeeds = 1000;

/** `1..5` or `1,2,7`. @throws LabError USAGE. */
export function parseSeeds(text: string): number[] {
  const seeds = text.split(",").flatMap((part) => {
    const range = /^\s*(\d+)(?:\s*\.\.\s*(\d+))?\s*$/.exec(part);
    const [first, last] = [Number(range?.[1] ?? Number.NaN), Number(range?.[2] ?? range?.[1])];
    return first <= last && last - first < mostSeeds
      ? Array.from({ length: last - first + 1 }, (_, n) => first + n)
      : [Number.NaN];
  });
  const unique = [...new Set(seeds)];
  if (unique.every(Number.isSafeInteger) && unique.length <= mostSeeds) return unique;
  throw new LabError("USAGE", `--seeds ${text}: not a list of at most ${mostSeeds} seeds`, {
    next: "give seeds such as 1..5 or 1,2,7",
  });
}

/** @throws LabError USAGE for an algorithm that there is not. */
export function variantsOf(scales: string, algorithms: string, devices: 2 | 4): Variant[] {
  const list = (text: string): string[] => [...new Set(text.split(",").map((word) => word.trim()))];
  return list(algorithms).flatMap((word) => {
    const algorithm = methodNames.find((name) => name === word);
    if (algorithm === undefined)
      throw new LabError("USAGE", `--algorithms ${algorithms}: there is no algorithm "${word}"`, {
        next: `choose from ${methodNames.join(", ")}`,
      });
    return list(scales).map((scale) => ({ scale, algorithm, devices }));
  });
}
