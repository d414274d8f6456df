/** Programming error by target level, beside the published curve. */

import type { LineSeriesOption } from "echarts";
import {
  acrossAxis,
  blue,
  chartFrame,
  green,
  type LegendEntry,
  orange,
  paper,
  type SeriesLook,
  soft,
  upAxis,
} from "../chart-style.ts";
import { dataMarkup, type Figure } from "../figure.ts";
import type { Markup } from "../markup.ts";
import { commands, missing, type Section } from "../section.ts";
import { type Interval, intervalSeries, lineSeries, type Point } from "../series.ts";
import {
  type LevelError,
  type LevelErrors,
  publishedSigma,
  sigmaHalfWidth,
} from "../statistics/level-errors.ts";
import type { WeightErrors } from "../statistics/weight-errors.ts";
import type { ChartSize } from "../svg-chart.ts";
import type { Table } from "../table.ts";
import { ageText, inMicrosiemens } from "../words.ts";

const published = "published (2020)";

export function programmingErrorSection(
  errors: LevelErrors,
  weights: WeightErrors | undefined,
  gmaxSiemens: number,
  firstAgeSeconds: number | undefined,
): Section {
  const parts =
    firstAgeSeconds === undefined
      ? [missing("The programmed devices were not read yet; this reads them:", commands.read)]
      : [
          figureOf(errors, gmaxSiemens, firstAgeSeconds),
          ...(weights === undefined ? [] : [weightMarkup(weights)]),
        ];
  return { id: "programming", title: "Programming error", parts };
}

/** What a network feels, which the errors of devices do not show where one of them makes up for another. */
const weightMarkup = (weights: WeightErrors): Markup =>
  dataMarkup("weight-errors", weightTable(weights), "Errors of the weights");

function figureOf(errors: LevelErrors, gmax: number, age: number): Figure {
  return {
    id: "figure-programming-error",
    title: "Spread of the programmed conductance by target",
    caption: `Standard deviation of conductance minus target, ${ageText(age)}, for targets nearest to each tenth of Gmax = ${inMicrosiemens(gmax)} µS. The curve is the fit to the 1M-device array of Joshi et al. (2020) that IBM publishes: 0.2635 + 1.9650 g − 1.1731 g² µS with g = G / Gmax, at Gmax = 25 µS. Drift and read noise up to the readout are part of the measured spread; where the devices were also read as soon as programming ended, the converged ones are shown at that time too. Thin lines are 95 % intervals of the spread of the converged devices, as for a normal distribution.`,
    option: (size) => optionOf(errors, gmax, size),
    table: tableOf(errors, gmax),
  };
}

function optionOf(errors: LevelErrors, gmax: number, size: ChartSize) {
  const curve = {
    ...lineSeries(published, publishedPoints(gmax), { colour: soft, symbol: "none" }),
    lineStyle: { width: 1.5, type: "dashed" as const },
  };
  const all = dots(everyDevice, points(errors.all(), gmax), { colour: orange, symbol: "rect" });
  const closing = points(errors.closing(), gmax);
  return {
    ...chartFrame(legendOf(closing.length > 0), size),
    xAxis: { ...acrossAxis("target conductance (µS)"), type: "value" as const, min: 0 },
    yAxis: { ...upAxis("standard deviation (µS)", size), type: "value" as const, min: 0 },
    series: [
      hollow(all, orange),
      intervalSeries(intervals(errors.converged(), gmax), blue),
      dots(convergedDevices, points(errors.converged(), gmax), { colour: blue, symbol: "circle" }),
      ...(closing.length > 0 ? [dots(closingReadout, closing, { colour: green, symbol: "triangle" })] : []),
      curve,
    ],
  };
}

const convergedDevices = "converged devices";
const everyDevice = "all devices";
const closingReadout = "as programmed";

function legendOf(hasClosing: boolean): LegendEntry[] {
  const names = [convergedDevices, everyDevice, ...(hasClosing ? [closingReadout] : [])];
  return [
    ...names.map((name): LegendEntry => ({ name, mark: "symbol" })),
    { name: published, mark: "dashes" },
  ];
}

const dots = (name: string, marks: readonly Point[], look: SeriesLook): LineSeriesOption => ({
  ...lineSeries(name, marks, look),
  lineStyle: { width: 0 },
});

/** Larger and empty, so that a filled mark at the same place stays visible. */
const hollow = (series: LineSeriesOption, colour: string): LineSeriesOption => ({
  ...series,
  symbolSize: 12,
  itemStyle: { color: paper, borderColor: colour, borderWidth: 2 },
});

const points = (levels: readonly LevelError[], gmax: number): Point[] =>
  levels.map(({ g, sigmaSiemens }) => [inMicrosiemens(g * gmax), inMicrosiemens(sigmaSiemens)]);

const intervals = (levels: readonly LevelError[], gmax: number): Interval[] =>
  levels.map((level) => {
    const [sigma, half] = [level.sigmaSiemens, sigmaHalfWidth(level)];
    return [inMicrosiemens(level.g * gmax), inMicrosiemens(sigma - half), inMicrosiemens(sigma + half)];
  });

const publishedPoints = (gmax: number): Point[] =>
  Array.from({ length: 51 }, (_, step) => {
    const g = step / 50;
    return [inMicrosiemens(g * gmax), inMicrosiemens(publishedSigma(g, gmax))];
  });

function tableOf(errors: LevelErrors, gmax: number): Table {
  const converged = new Map(errors.converged().map((level) => [level.g, level]));
  const closing = new Map(errors.closing().map((level) => [level.g, level]));
  return {
    columns: [
      "target (µS)",
      "devices",
      "mean error (µS)",
      "sigma (µS)",
      "converged devices",
      "their mean error (µS)",
      "their sigma (µS)",
      "± (95 %)",
      "their sigma right after programming (µS)",
      "published sigma (µS)",
    ],
    rows: errors
      .all()
      .map(({ g, devices, meanSiemens, sigmaSiemens }) => [
        inMicrosiemens(g * gmax),
        devices,
        inMicrosiemens(meanSiemens),
        inMicrosiemens(sigmaSiemens),
        converged.get(g)?.devices ?? 0,
        optional(converged.get(g)?.meanSiemens),
        optional(converged.get(g)?.sigmaSiemens),
        optional(halfWidthOf(converged.get(g))),
        optional(closing.get(g)?.sigmaSiemens),
        inMicrosiemens(publishedSigma(g, gmax)),
      ]),
  };
}

const halfWidthOf = (level: LevelError | undefined): number | undefined => level && sigmaHalfWidth(level);

const optional = (siemens: number | undefined): number | null =>
  siemens === undefined ? null : inMicrosiemens(siemens);

function weightTable(weights: WeightErrors): Table {
  const converged = new Map(weights.converged().map((level) => [level.g, level]));
  return {
    columns: [
      "weight target (µS)",
      "weights",
      "mean error away from zero (µS)",
      "sigma (µS)",
      "weights whose devices all converged",
      "their mean error (µS)",
      "their sigma (µS)",
    ],
    rows: weights
      .all()
      .map(({ g, devices, meanSiemens, sigmaSiemens }) => [
        inMicrosiemens(g * weights.largestSiemens),
        devices,
        inMicrosiemens(meanSiemens),
        inMicrosiemens(sigmaSiemens),
        converged.get(g)?.devices ?? 0,
        optional(converged.get(g)?.meanSiemens),
        optional(converged.get(g)?.sigmaSiemens),
      ]),
  };
}
