/** Quantities with units: SI inside the program, parsed and printed in the units of the laboratory at its edges. */

import { LabError } from "./errors.ts";

export type Unit = "s" | "S" | "A" | "V" | "K" | "ohm";

const prefixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  m: 1e-3,
  k: 1e3,
  "": 1,
};
const longTimes: Readonly<Record<string, number>> = {
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/**
 * Parses "25uS", "0.2V", "300 ns" into SI; times may also be in min, h, d, w, y (365 days).
 * @throws LabError USAGE when the number or the unit is not understood.
 */
export function parseQuantity(text: string, unit: Unit): number {
  const match = /^\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zA-Zµμ]*)\s*$/.exec(text);
  const scale = match === null ? undefined : scaleOf(match[2] ?? "", unit);
  if (match === null || scale === undefined) {
    const fault = match?.[2] === "" ? "has no unit" : `is not a quantity in ${unit}`;
    throw new LabError("USAGE", `"${text}" ${fault}`, {
      next: `write it like ${exampleOf(unit)}`,
    });
  }
  return Number(match[1]) * scale;
}

/** Parses a comma-separated list of durations, for example "25s,1h,1d", into seconds. */
export function parseDurations(text: string): number[] {
  return text.split(",").map((part) => parseQuantity(part, "s"));
}

/** Prints seconds with the largest unit that leaves a readable number: 25 s, 1 h, 1 d, 300 ns. */
export function formatDuration(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [31_536_000, "y"],
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
    [1e-9, "ns"],
  ];
  const [size, name] = units.find(([size]) => Math.abs(seconds) >= size * 0.9995) ?? [1, "s"];
  return `${Number((seconds / size).toPrecision(3))} ${name}`;
}

export const microsiemens = (siemens: number): number => siemens * 1e6;
export const microamperes = (amperes: number): number => amperes * 1e6;
export const nanoseconds = (seconds: number): number => Math.round(seconds * 1e9);
export const secondsFromNanoseconds = (value: number): number => value * 1e-9;

function scaleOf(suffix: string, unit: Unit): number | undefined {
  if (suffix.endsWith(unit)) return prefixes[suffix.slice(0, -unit.length)];
  return unit === "s" ? longTimes[suffix] : undefined;
}

function exampleOf(unit: Unit): string {
  return { s: "25s, 10min, 1h or 1d", S: "25uS", A: "400uA", V: "0.2V", K: "300K", ohm: "0.35ohm" }[unit];
}
