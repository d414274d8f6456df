/** Accuracy against time, a line for each compensation, beside the digital baseline. */

import { formatDuration } from "../../core/units.ts";
import type { StoredResult } from "../../store/results.ts";
import { accuracyFigures } from "../accuracy-figures.ts";
import { commands, missing, type Section } from "../section.ts";
import type { Table } from "../table.ts";
import { compensationName, count, rounded } from "../words.ts";

export interface TimedResult extends StoredResult {
  readonly ageSeconds: number;
}

export const isTimed = (result: StoredResult): result is TimedResult => result.ageSeconds !== null;

export const accuracyOf = ({ correct, images }: StoredResult): number => correct / images;

export function accuracySection(results: readonly StoredResult[]): Section {
  return { id: "accuracy", title: "Accuracy against time", parts: partsOf(results) };
}

function partsOf(results: readonly StoredResult[]): Section["parts"] {
  const timed = results.filter(isTimed);
  // A logarithmic time axis has no place for the readout that closes programming.
  const later = timed.filter(({ ageSeconds }) => ageSeconds > 0);
  if (timed.length === 0)
    return [missing("No accuracy was measured from readings yet; this measures it:", commands.infer)];
  if (later.length === 0)
    return [missing("The devices were not read again after programming; this reads them:", commands.read)];
  const baseline = results.find((result) => !isTimed(result));
  return accuracyFigures({
    id: "figure-accuracy",
    title: "Accuracy",
    caption: captionOf(later),
    points: later.map((result) => ({ ...result, accuracy: accuracyOf(result) })),
    baseline: baseline && accuracyOf(baseline),
    tableOf: (points) => tableOf(points, baseline),
  });
}

function captionOf(timed: readonly TimedResult[]): string {
  const images = [...new Set(timed.map((result) => result.images))].map(count);
  return `Share of ${images.join(" or ")} images classified correctly with the conductances read at each time after programming. Bars are 95 % intervals; the dashed line is the same network with its exact weights. GDC: global drift compensation. AdaBS: adaptive batch-norm statistics.`;
}

function tableOf(timed: readonly TimedResult[], baseline: StoredResult | undefined): Table {
  const rows = [...(baseline === undefined ? [] : [baseline]), ...timed];
  return {
    columns: [
      "time",
      "time (s)",
      "compensation",
      "images",
      "correct",
      "accuracy (%)",
      "95 % low (%)",
      "95 % high (%)",
    ],
    rows: rows.map((result) => [
      isTimed(result) ? formatDuration(result.ageSeconds) : "exact weights",
      result.ageSeconds,
      compensationName(result.compensation),
      result.images,
      result.correct,
      rounded(100 * accuracyOf(result), 3),
      rounded(100 * result.interval.low, 3),
      rounded(100 * result.interval.high, 3),
    ]),
  };
}
