/** Accuracy against time, a line for each compensation, beside the accuracy of the exact weights. */

import {
  chartFrame,
  type LegendEntry,
  seriesLook,
  soft,
  timeAxis,
  timePosition,
  upAxis,
} from "./chart-style.ts";
import type { Figure } from "./figure.ts";
import { type Interval, intervalSeries, lineSeries, type Point } from "./series.ts";
import type { ChartSize } from "./svg-chart.ts";
import type { Table } from "./table.ts";
import { compensationName, percent } from "./words.ts";

/** Accuracies are fractions. */
export interface AccuracyPoint {
  readonly compensation: string;
  /** Above 0: a logarithmic axis has no place for the readout that closes programming. */
  readonly ageSeconds: number;
  readonly accuracy: number;
  /** Of 95 %. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface AccuracyFigures<P extends AccuracyPoint> {
  /** Unique on the page; that of the second figure has `-near` at its end. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly points: readonly P[];
  /** Undefined when it was not measured. */
  readonly baseline: number | undefined;
  readonly tableOf: (points: readonly P[]) => Table;
}

/** The compensations in the order in which they first appear. */
export const compensationsOf = (points: readonly Pick<AccuracyPoint, "compensation">[]): string[] => [
  ...new Set(points.map(({ compensation }) => compensation)),
];

/** Where the lines lie close to the baseline, a second figure shows them larger. */
export function accuracyFigures<P extends AccuracyPoint>(given: AccuracyFigures<P>): Figure[] {
  const { id, title, caption, points, baseline, tableOf } = given;
  const names = compensationsOf(points);
  const whole: Figure = {
    ...{ id, title, caption },
    option: (size) => optionOf({ names, points, baseline, apart: false }, size),
    table: tableOf(points),
  };
  const all = points.map(({ accuracy }) => accuracy);
  const top = Math.max(...all, baseline ?? 0);
  const near = points.filter(({ accuracy }) => accuracy > top - nearFraction);
  if (top - Math.min(...all) < 2 * nearFraction || near.length < 2) return [whole];
  const close: Figure = {
    id: `${id}-near`,
    title: "Near the baseline",
    caption: `The accuracies within ${percent(nearFraction, 0)} of the best, on a larger scale. Marks at the same time are moved apart a little.`,
    option: (size) => optionOf({ names, points: near, baseline, apart: true }, size),
    table: tableOf(near),
  };
  return [whole, close];
}

const nearFraction = 0.05;

interface Lines {
  /** All compensations of the page, so that each keeps its colour and symbol in every figure. */
  readonly names: readonly string[];
  readonly points: readonly AccuracyPoint[];
  readonly baseline: number | undefined;
  /** Whether marks at one time are moved apart, so that their intervals do not hide each other. */
  readonly apart: boolean;
}

function optionOf({ names, points, baseline, apart }: Lines, size: ChartSize) {
  const ages = points.map(({ ageSeconds }) => ageSeconds);
  const across = timeAxis("time since programming", ages, size.narrow ? 5 : 10);
  const step = apart ? (across.max - across.min) * 0.012 : 0;
  const lines = names.flatMap((name, index) => {
    const own = points.filter(({ compensation }) => compensation === name);
    if (own.length === 0) return [];
    return seriesOf(compensationName(name), own, index, step * (index - (names.length - 1) / 2));
  });
  const level = baseline === undefined ? [] : [baselineSeries(baseline, [across.min, across.max])];
  return {
    ...chartFrame(legendOf(compensationsOf(points), baseline !== undefined), size),
    xAxis: across,
    yAxis: { ...upAxis("accuracy (%)", size), type: "value" as const, ...rangeOf(points, baseline) },
    series: [...lines, ...level],
  };
}

function legendOf(names: readonly string[], hasBaseline: boolean): LegendEntry[] {
  const lines = names.map((name): LegendEntry => ({ name: compensationName(name), mark: "symbol" }));
  return hasBaseline ? [...lines, { name: compensationName("digital"), mark: "dashes" }] : lines;
}

/** Holds all intervals, in steps that give round labels. */
function rangeOf(points: readonly AccuracyPoint[], baseline: number | undefined) {
  const extra = baseline === undefined ? [] : [100 * baseline];
  const low = Math.min(
    ...points.map(({ accuracy, interval }) => 100 * (interval?.low ?? accuracy)),
    ...extra,
  );
  const high = Math.max(
    ...points.map(({ accuracy, interval }) => 100 * (interval?.high ?? accuracy)),
    ...extra,
  );
  const step = high - low > 50 ? 20 : high - low > 25 ? 10 : high - low > 5 ? 2 : 0.5;
  return {
    min: Math.max(0, Math.floor(low / step) * step),
    max: Math.min(100, Math.ceil(high / step) * step),
  };
}

/** @param shift along the logarithmic time axis. */
function seriesOf(name: string, points: readonly AccuracyPoint[], index: number, shift: number) {
  const look = seriesLook(index);
  const place = ({ ageSeconds }: AccuracyPoint): number => timePosition(ageSeconds) + shift;
  const marks = points.map((point): Point => [place(point), 100 * point.accuracy]);
  const intervals = points.flatMap((point): Interval[] =>
    point.interval === null ? [] : [[place(point), 100 * point.interval.low, 100 * point.interval.high]],
  );
  return [lineSeries(name, marks, look), intervalSeries(intervals, look.colour)];
}

function baselineSeries(baseline: number, ends: readonly number[]) {
  const points = ends.map((end): Point => [end, 100 * baseline]);
  const look = { colour: soft, symbol: "none" };
  return {
    ...lineSeries(compensationName("digital"), points, look),
    lineStyle: { width: 1.5, type: "dashed" as const },
  };
}
