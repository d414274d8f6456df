/** How far a converter reaches, from the magnitudes of what it is to convert. */

import { LabError } from "../../core/errors.ts";
import type { Magnitudes } from "./magnitudes.ts";

/**
 * quantile: this part of all values is within the range; 0.99995 is what aihwkit calibrates inputs to (FACTS.md 7.6,
 * inference/calibration/calibration.py:37-57). max: all of them. std: so many standard deviations (about 0) are.
 */
export type InputRange =
  | { readonly kind: "quantile"; readonly part: number }
  | { readonly kind: "max" }
  | { readonly kind: "std"; readonly deviations: number };

export const usualRange: InputRange = { kind: "quantile", part: 0.99995 };

/** `quantile:0.99995`, `max`, `std:3`. @throws LabError USAGE. */
export function parseInputRange(text: string): InputRange {
  const [kind = "", value, ...rest] = text.split(":").map((part) => part.trim());
  const number = value === undefined || value === "" ? Number.NaN : Number(value);
  if (rest.length === 0) {
    if (kind === "max" && value === undefined) return { kind };
    if (kind === "quantile" && number > 0 && number <= 1) return { kind, part: number };
    if (kind === "std" && number > 0 && Number.isFinite(number)) return { kind, deviations: number };
  }
  throw new LabError("USAGE", `--input-range: "${text}" is no range`, {
    next: "choose quantile:0.99995 (a part of 1), max, or std:3 (standard deviations)",
  });
}

export function rangeText(range: InputRange): string {
  switch (range.kind) {
    case "quantile":
      return `quantile:${range.part}`;
    case "max":
      return "max";
    case "std":
      return `std:${range.deviations}`;
    default:
      return range satisfies never;
  }
}

/** 1 for values that are all zero: any range does. */
export function rangeOfMagnitudes(range: InputRange, magnitudes: Magnitudes): number {
  const reach = reachOf(range, magnitudes);
  return reach > 0 ? reach : 1;
}

function reachOf(range: InputRange, magnitudes: Magnitudes): number {
  switch (range.kind) {
    case "quantile":
      return magnitudes.quantile(range.part);
    case "max":
      return magnitudes.largest();
    case "std":
      return range.deviations * magnitudes.rms();
    default:
      return range satisfies never;
  }
}
