/** Numbers and names in the words of the page. */

import { formatDuration, microsiemens } from "../core/units.ts";

export const count = (value: number): string => value.toLocaleString("en-US");

/** 500, 20k, 1M: for axes. */
export const shortCount = (value: number): string =>
  value >= 1e6 ? `${count(value / 1e6)}M` : value >= 1e4 ? `${count(value / 1e3)}k` : count(value);

export const percent = (fraction: number, digits = 2): string => `${(100 * fraction).toFixed(digits)} %`;

/** Conductance in µS, rounded for a table. */
export const inMicrosiemens = (siemens: number, digits = 3): number => rounded(microsiemens(siemens), digits);

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** 2026-11-22 23:36 UTC */
export const dateAndTime = (wallSeconds: number): string =>
  `${new Date(wallSeconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

const compensations: Readonly<Record<string, string>> = {
  digital: "Digital baseline",
  none: "No compensation",
  gdc: "GDC",
  adabs: "AdaBS",
  retune: "retuned batch norm",
};

/**
 * GDC: global drift compensation; AdaBS: adaptive batch-norm statistics. Others keep their own name, and combinations those of their parts.
 * What the products were done by follows an @ where it is not the readings alone: "gdc@chip".
 */
export function compensationName(compensation: string): string {
  const [rungs = "", engine] = compensation.split("@");
  const name = rungs
    .split("+")
    .map((rung) => compensations[rung] ?? rung)
    .join(" + ");
  return engine === undefined ? name : `${name} (${engine})`;
}

/** An age in a sentence or legend. */
export const ageText = (seconds: number): string =>
  seconds === 0 ? "right after programming" : `${formatDuration(seconds)} after programming`;
