/** Accuracy against time, a line for each compensation, beside the digital baseline. */

import { formatDuration } from "../../core/units.ts";
import type { StoredResult } from "../../store/results.ts";
import {
  chartFrame,
  type LegendEntry,
  seriesLook,
  soft,
  timeAxis,
  timePosition,
  upAxis,
} from "../chart-style.ts";
import { type Figure, figureMarkup } from "../figure.ts";
import type { Markup } from "../markup.ts";
import { commands, joined, missing, type Section } from "../section.ts";
import { type Interval, intervalSeries, lineSeries, type Point } from "../series.ts";
import type { ChartSize } from "../svg-chart.ts";
import type { Table } from "../table.ts";
import { compensationName, count, percent, rounded } from "../words.ts";

export interface TimedResult extends StoredResult {
  readonly ageSeconds: number;
}

export const isTimed = (result: StoredResult): result is TimedResult => result.ageSeconds !== null;

export const accuracyOf = ({ correct, images }: StoredResult): number => correct / images;

/** The compensations in the order in which they first appear. */
export const compensationsOf = (results: readonly TimedResult[]): string[] => [
  ...new Set(results.map(({ compensation }) => compensation)),
];

export function accuracySection(results: readonly StoredResult[]): Section {
  return { id: "accuracy", title: "Accuracy against time", body: bodyOf(results) };
}

function bodyOf(results: readonly StoredResult[]): Markup {
  const timed = results.filter(isTimed);
  // A logarithmic time axis has no place for the readout that closes programming.
  const later = timed.filter(({ ageSeconds }) => ageSeconds > 0);
  if (timed.length === 0)
    return missing("No accuracy was measured from readings yet; this measures it:", commands.infer);
  if (later.length === 0)
    return missing("The devices were not read again after programming; this reads them:", commands.read);
  const baseline = results.find((result) => !isTimed(result));
  return joined(figures(later, baseline).map(figureMarkup));
}

/** Where the lines lie close to the baseline, a second figure shows them larger. */
/** Where the lines lie close to the baseline, a second figure shows them larger. */
function figures(timed: readonly TimedResult[], baseline: StoredResult | undefined): Figure[] {
  const names = compensationsOf(timed);
  const whole = figureOf("accuracy", "Accuracy", captionOf(timed), { names, timed, baseline, apart: false });
  const all = timed.map(accuracyOf);
  const top = Math.max(...all, baseline === undefined ? 0 : accuracyOf(baseline));
  const near = timed.filter((result) => accuracyOf(result) > top - nearFraction);
  if (top - Math.min(...all) < 2 * nearFraction || near.length < 2) return [whole];
  const caption = `The accuracies within ${percent(nearFraction, 0)} of the best, on a larger scale. Marks at the same time are moved apart a little.`;
  const close = figureOf("accuracy-near", "Near the baseline", caption, {
    names,
    timed: near,
    baseline,
    apart: true,
  });
  return [whole, close];
}

const nearFraction = 0.05;

interface Lines {
  /** All compensations of the page, so that each keeps its colour and symbol in every figure. */
  readonly names: readonly string[];
  readonly timed: readonly TimedResult[];
  readonly baseline: StoredResult | undefined;
  readonly apart: boolean;
}

const figureOf = (id: string, title: string, caption: string, lines: Lines): Figure => ({
  id: `figure-${id}`,
  title,
  caption,
  option: (size) => optionOf(lines, size),
  table: tableOf(lines.timed, lines.baseline),
});

function captionOf(timed: readonly TimedResult[]): string {
  const images = [...new Set(timed.map((result) => result.images))].map(count);
  return `Share of ${images.join(" or ")} images classified correctly with the conductances read at each time after programming. Bars are 95 % intervals; the dashed line is the same network with its exact weights. GDC: global drift compensation. AdaBS: adaptive batch-norm statistics.`;
}

/** @param apart whether marks at one time are moved apart, so that their intervals do not hide each other. */
function optionOf({ names, timed, baseline, apart }: Lines, size: ChartSize) {
  const ages = timed.map(({ ageSeconds }) => ageSeconds);
  const across = timeAxis("time since programming", ages, size.narrow ? 5 : 10);
  const step = apart ? (across.max - across.min) * 0.012 : 0;
  const lines = names.flatMap((name, index) => {
    const points = timed.filter(({ compensation }) => compensation === name);
    if (points.length === 0) return [];
    return seriesOf(compensationName(name), points, index, step * (index - (names.length - 1) / 2));
  });
  const level = baseline === undefined ? [] : [baselineSeries(baseline, [across.min, across.max])];
  return {
    ...chartFrame(legendOf(compensationsOf(timed), baseline !== undefined), size),
    xAxis: across,
    yAxis: { ...upAxis("accuracy (%)", size), type: "value" as const, ...rangeOf(timed, baseline) },
    series: [...lines, ...level],
  };
}

function legendOf(names: readonly string[], hasBaseline: boolean): LegendEntry[] {
  const lines = names.map((name): LegendEntry => ({ name: compensationName(name), mark: "symbol" }));
  return hasBaseline ? [...lines, { name: compensationName("digital"), mark: "dashes" }] : lines;
}

/** Holds all intervals, in steps that give round labels. */
function rangeOf(timed: readonly TimedResult[], baseline: StoredResult | undefined) {
  const extra = baseline === undefined ? [] : [100 * accuracyOf(baseline)];
  const low = Math.min(...timed.map(({ interval }) => 100 * interval.low), ...extra);
  const high = Math.max(...timed.map(({ interval }) => 100 * interval.high), ...extra);
  const step = high - low > 25 ? 10 : high - low > 5 ? 2 : 0.5;
  return {
    min: Math.max(0, Math.floor(low / step) * step),
    max: Math.min(100, Math.ceil(high / step) * step),
  };
}

/** @param shift along the logarithmic time axis. */
function seriesOf(name: string, results: readonly TimedResult[], index: number, shift: number) {
  const look = seriesLook(index);
  const place = ({ ageSeconds }: TimedResult): number => timePosition(ageSeconds) + shift;
  const points = results.map((result): Point => [place(result), 100 * accuracyOf(result)]);
  const intervals = results.map((result): Interval => {
    const { low, high } = result.interval;
    return [place(result), 100 * low, 100 * high];
  });
  return [lineSeries(name, points, look), intervalSeries(intervals, look.colour)];
}

function baselineSeries(baseline: StoredResult, ends: readonly number[]) {
  const points = ends.map((end): Point => [end, 100 * accuracyOf(baseline)]);
  const look = { colour: soft, symbol: "none" };
  return {
    ...lineSeries(compensationName("digital"), points, look),
    lineStyle: { width: 1.5, type: "dashed" as const },
  };
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
