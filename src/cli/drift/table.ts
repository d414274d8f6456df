/** The tables that `pcmlab drift` prints. */

import type { DriftSummary } from "../../../calibration/drift/summary.ts";
import { formatDuration, microsiemens } from "../../core/units.ts";
import type { LevelDrift } from "./analysis.ts";

/** Columns are set to the right under their heads. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "))
    .join("\n");
}

const summaryHead = [
  "devices",
  "fitted",
  "nu, mean",
  "of a device",
  "spread of nu",
  "noise",
  "outliers",
  "stuck",
  "dead",
  "unfitted",
];

const summaryCells = (summary: DriftSummary): string[] => [
  count(summary.devices),
  count(summary.fitted),
  withInterval(summary.nuMean, summary.nuMeanHalfWidth),
  Number.isNaN(summary.nuError) ? "-" : `±${(1.96 * summary.nuError).toFixed(4)}`,
  decimals(summary.nuSpread, 4),
  Number.isNaN(summary.noise) ? "-" : `${(100 * summary.noise).toFixed(1)} %`,
  count(summary.marked.outlier),
  count(summary.marked.stuck),
  count(summary.marked.dead + summary.marked.saturated),
  count(summary.marked.unfitted),
];

export const levelTable = (levels: readonly LevelDrift[], referenceSeconds: number): string =>
  aligned([
    ["target", `G at ${formatDuration(referenceSeconds)}`, ...summaryHead, "best law"],
    ...levels.map((level) => [
      `${level.programmed ? "" : "read near "}${inUnits(level.siemens)}`,
      Number.isNaN(level.summary.siemensMean)
        ? "-"
        : `${microsiemens(level.summary.siemensMean).toFixed(2)} µS`,
      ...summaryCells(level.summary),
      lawOf(level),
    ]),
  ]);

/** What a reader of the table must know of levels of which few devices have a fit; empty for none. */
export function selectionRemark(levels: readonly LevelDrift[]): string[] {
  const few = levels
    .filter(({ summary }) => 2 * summary.fitted < summary.devices)
    .map(({ siemens }) => inUnits(siemens));
  if (few.length === 0) return [];
  return [
    `${few.join(", ")}: most devices are at an end of the converter in more than a tenth of their readings; those that are fitted are a selection`,
  ];
}

const inUnits = (siemens: number): string => `${microsiemens(siemens).toFixed(2)} µS`;

export const subjectTable = (
  subjects: readonly { readonly name: string; readonly reads: number; readonly summary: DriftSummary }[],
): string =>
  aligned([
    ["", "ages", ...summaryHead],
    ...subjects.map(({ name, reads, summary }) => [name, count(reads), ...summaryCells(summary)]),
  ]);

/** The best law, and the share of the devices that it is the best for; the law that was fitted where it is another. */
function lawOf({ comparison, model, breakSeconds }: LevelDrift): string {
  if (comparison === undefined) return `${lawNames[model]} (not compared)`;
  const share = `${Math.round(100 * comparison.scores[comparison.best].share)} %`;
  const fitted = comparison.best === model ? "" : `; fitted ${lawNames[model]}`;
  const at = breakSeconds === null ? "" : ` at ${formatDuration(breakSeconds)}`;
  return `${lawNames[comparison.best]} (${share})${fitted}${at}`;
}

export const lawNames = { power: "power law", floor: "with a floor", two: "two exponents" } as const;

/** A single device has no interval. */
function withInterval(value: number, halfWidth: number): string {
  if (Number.isNaN(value)) return "-";
  return `${value.toFixed(5)} ${Number.isNaN(halfWidth) ? "-" : `±${halfWidth.toFixed(5)}`}`;
}

const decimals = (value: number, digits: number): string =>
  Number.isNaN(value) ? "-" : value.toFixed(digits);

const count = (value: number): string => value.toLocaleString("en");
