/** Drift: how the conductance of a few target levels goes down with time, one small panel for each. */

import { formatDuration } from "../../core/units.ts";
import { blue, hairline, ink, orange, soft, textStyle, timeAxis, timePosition } from "../chart-style.ts";
import { type Figure, figureMarkup } from "../figure.ts";
import { commands, missing, type Section } from "../section.ts";
import { bandSeries, type Interval, lineSeries, type OnAxes, type Point } from "../series.ts";
import type { LevelDrift, PowerLaw } from "../statistics/drift-by-level.ts";
import type { ChartSize } from "../svg-chart.ts";
import type { Table } from "../table.ts";
import { inMicrosiemens, rounded } from "../words.ts";

export function driftSection(drift: { levels(): LevelDrift[] } | undefined, gmaxSiemens: number): Section {
  const levels = drift?.levels() ?? [];
  const body =
    levels.length === 0
      ? missing("Drift needs readings at two times or more; this takes them:", commands.read)
      : figureMarkup(figureOf(levels, gmaxSiemens));
  return { id: "drift", title: "Drift", body };
}

function figureOf(levels: readonly LevelDrift[], gmax: number): Figure {
  const fitted = levels.some(({ fit }) => fit !== undefined)
    ? " The dashed line is a power law through the medians, with its exponent ν."
    : "";
  return {
    id: "figure-drift",
    title: "Conductance G(t) / G(first readout) by target",
    caption: `Against time since programming: median (line) and 10 to 90 % of the devices (band), for devices whose target is nearest to the level above the panel. The band holds read noise of both readouts as well as the spread of drift exponents.${fitted}`,
    height: 290,
    narrowHeight: 500,
    option: (size) => optionOf(levels, gmax, size),
    table: tableOf(levels, gmax),
  };
}

function optionOf(levels: readonly LevelDrift[], gmax: number, size: ChartSize) {
  const columns = size.narrow ? 2 : levels.length;
  const panels = levels.map((_, index) => placeOf(index, columns, Math.ceil(levels.length / columns), size));
  const range = rangeOf(levels);
  return {
    textStyle,
    title: levels.map((level, index) => titleOf(nameOf(level, gmax), panels[index])),
    grid: panels,
    xAxis: levels.map(({ points }, gridIndex) => ({ ...panelTimeAxis(points), gridIndex })),
    yAxis: levels.map((_, gridIndex) => ({ ...ratioAxis(gridIndex % columns === 0), ...range, gridIndex })),
    series: levels.flatMap((level, index) => seriesOf(level, index)),
  };
}

/** Room for the labels of a panel, in units of the drawing. */
const margin = { left: 36, top: 26, bottom: 30, between: 22 };

function placeOf(index: number, columns: number, rows: number, { width, height }: ChartSize) {
  const columnWidth = (width - margin.left) / columns;
  const rowHeight = height / rows;
  return {
    left: margin.left + (index % columns) * columnWidth,
    top: Math.floor(index / columns) * rowHeight + margin.top,
    width: columnWidth - margin.between,
    height: rowHeight - margin.top - margin.bottom,
  };
}

type Panel = ReturnType<typeof placeOf>;

const nameOf = ({ g, fit }: LevelDrift, gmax: number): string => {
  const target = `${inMicrosiemens(g * gmax)} µS`;
  return fit === undefined ? target : `${target}, ν ${fit.exponent.toFixed(3)}`;
};

const titleOf = (text: string, panel: Panel | undefined) => ({
  text,
  left: panel?.left ?? 0,
  top: (panel?.top ?? 0) - margin.top + 2,
  padding: 0,
  borderColor: "transparent",
  textStyle: { color: ink, fontSize: 13, fontWeight: 600 },
});

const panelTimeAxis = (points: LevelDrift["points"]) =>
  timeAxis(
    "",
    points.map(({ ageSeconds }) => ageSeconds),
    3,
  );

const ratioAxis = (labelled: boolean) => ({
  type: "value" as const,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { show: labelled, color: soft, fontSize: 12 },
  splitLine: { show: true, lineStyle: { color: hairline, width: 1 } },
});

/** The same for all panels, in fifths so that the labels are round. */
function rangeOf(levels: readonly LevelDrift[]) {
  const points = levels.flatMap((level) => level.points);
  const min = Math.floor(5 * Math.min(...points.map(({ low }) => low))) / 5;
  const max = Math.ceil(5 * Math.max(...points.map(({ high }) => high))) / 5;
  return { min, max, interval: max - min > 1.6 ? 0.4 : 0.2 };
}

/** More symbols than this hide the line. */
const mostSymbols = 12;

function seriesOf({ points, fit }: LevelDrift, index: number) {
  const on = { xAxisIndex: index, yAxisIndex: index };
  const medians = points.map(({ ageSeconds, median }): Point => [timePosition(ageSeconds), median]);
  const intervals = points.map(
    ({ ageSeconds, low, high }): Interval => [timePosition(ageSeconds), low, high],
  );
  return [
    bandSeries(intervals, blue, on),
    lineSeries(
      "median",
      medians,
      { colour: blue, symbol: points.length > mostSymbols ? "none" : "circle" },
      on,
    ),
    ...(fit === undefined ? [] : [fitSeries(fit, points, on)]),
  ];
}

/** Straight only on two logarithmic axes. */
const fitPoints = 24;

function fitSeries({ exponent, atOneSecond }: PowerLaw, points: LevelDrift["points"], on: OnAxes) {
  const positions = points.map(({ ageSeconds }) => timePosition(ageSeconds));
  const [low, high] = [Math.min(...positions), Math.max(...positions)];
  const curve = Array.from({ length: fitPoints }, (_, index): Point => {
    const position = low + ((high - low) * index) / (fitPoints - 1);
    return [position, atOneSecond * 10 ** (-exponent * position)];
  });
  const line = lineSeries("fit", curve, { colour: orange, symbol: "none" }, on);
  return { ...line, lineStyle: { width: 1.5, type: "dashed" as const }, z: 4 };
}

function tableOf(levels: readonly LevelDrift[], gmax: number): Table {
  return {
    columns: [
      "target (µS)",
      "time",
      "time (s)",
      "devices looked at",
      "10 % quantile",
      "median",
      "90 % quantile",
    ],
    rows: levels.flatMap(({ g, devices, points }) =>
      points.map(({ ageSeconds, low, median, high }) => [
        inMicrosiemens(g * gmax),
        formatDuration(ageSeconds),
        ageSeconds,
        devices,
        rounded(low, 4),
        rounded(median, 4),
        rounded(high, 4),
      ]),
    ),
  };
}
