/** Small panels side by side, one for each target: how conductance goes down with time. */

import type { EChartsOption } from "echarts";
import { blue, hairline, ink, orange, soft, textStyle, timeAxis, timePosition } from "./chart-style.ts";
import { bandSeries, type Interval, lineSeries, type OnAxes, type Point } from "./series.ts";
import type { ChartSize } from "./svg-chart.ts";

/** Quantiles at an age. */
export interface PanelPoint {
  readonly ageSeconds: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface DriftPanel {
  readonly title: string;
  readonly points: readonly PanelPoint[];
  /** Drawn over the rest, dashed: what a fit says. */
  readonly fit?: readonly { readonly ageSeconds: number; readonly share: number }[];
}

/** The options of a chart with all panels, which have one vertical axis in common. */
export function driftPanels(panels: readonly DriftPanel[], size: ChartSize): EChartsOption {
  const columns = size.narrow ? 2 : panels.length;
  const places = panels.map((_, index) => placeOf(index, columns, Math.ceil(panels.length / columns), size));
  const range = rangeOf(panels);
  return {
    textStyle,
    title: panels.map(({ title }, index) => titleOf(title, places[index])),
    grid: places,
    xAxis: panels.map(({ points }, gridIndex) => ({ ...panelTimeAxis(points), gridIndex })),
    yAxis: panels.map((_, gridIndex) => ({ ...ratioAxis(gridIndex % columns === 0), ...range, gridIndex })),
    series: panels.flatMap((panel, index) => seriesOf(panel, index)),
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

type Place = ReturnType<typeof placeOf>;

const titleOf = (text: string, place: Place | undefined) => ({
  text,
  left: place?.left ?? 0,
  top: (place?.top ?? 0) - margin.top + 2,
  padding: 0,
  borderColor: "transparent",
  textStyle: { color: ink, fontSize: 13, fontWeight: 600 },
});

const panelTimeAxis = (points: readonly PanelPoint[]) =>
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
function rangeOf(panels: readonly DriftPanel[]) {
  const points = panels.flatMap((panel) => panel.points);
  const min = Math.floor(5 * Math.min(...points.map(({ low }) => low))) / 5;
  const max = Math.ceil(5 * Math.max(...points.map(({ high }) => high))) / 5;
  return { min, max, interval: max - min > 1.6 ? 0.4 : 0.2 };
}

/** More symbols than this hide the line. */
const mostSymbols = 12;

function seriesOf({ points, fit }: DriftPanel, index: number) {
  const on = { xAxisIndex: index, yAxisIndex: index };
  const medians = points.map(({ ageSeconds, median }): Point => [timePosition(ageSeconds), median]);
  const intervals = points.map(
    ({ ageSeconds, low, high }): Interval => [timePosition(ageSeconds), low, high],
  );
  const curve = fit?.map(({ ageSeconds, share }): Point => [timePosition(ageSeconds), share]);
  const symbol = points.length > mostSymbols ? "none" : "circle";
  return [
    bandSeries(intervals, blue, on),
    curve === undefined || symbol === "none"
      ? lineSeries("median", medians, { colour: blue, symbol }, on)
      : { ...lineSeries("median", medians, { colour: blue, symbol }, on), lineStyle: { width: 0 } },
    ...(curve === undefined ? [] : [fitSeries(curve, on)]),
  ];
}

function fitSeries(curve: readonly Point[], on: OnAxes) {
  const line = lineSeries("fit", curve, { colour: orange, symbol: "none" }, on);
  return { ...line, lineStyle: { width: 1.5, type: "dashed" as const }, z: 4 };
}
