/** Kinds of series that ECharts does not bring along as such: intervals, bands, and lines that nobody clicks. */

import type { CustomSeriesOption, LineSeriesOption } from "echarts";
import type { SeriesLook } from "./chart-style.ts";

export type Point = readonly [x: number, y: number];
export type Interval = readonly [x: number, low: number, high: number];

/** Which of several pairs of axes a series belongs to. */
export interface OnAxes {
  readonly xAxisIndex?: number;
  readonly yAxisIndex?: number;
}

const quiet = { silent: true, animation: false } as const;

export function lineSeries(
  name: string,
  points: readonly Point[],
  look: SeriesLook,
  on: OnAxes = {},
): LineSeriesOption {
  return {
    ...quiet,
    ...on,
    emphasis: { disabled: true },
    type: "line",
    name,
    data: points.map((point) => [...point]),
    color: look.colour,
    symbol: look.symbol,
    symbolSize: 8,
    showAllSymbol: true,
    lineStyle: { width: 2 },
    z: 3,
  };
}

/** Vertical bars from low to high. */
export function intervalSeries(intervals: readonly Interval[], colour: string): CustomSeriesOption {
  return {
    ...quiet,
    type: "custom",
    data: intervals.map((interval) => [...interval]),
    z: 2,
    renderItem: (_, api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const shape = { x1: x ?? 0, y1: low ?? 0, x2: x ?? 0, y2: high ?? 0 };
      return { type: "line", shape, style: { stroke: colour, lineWidth: 2, opacity: 0.55 } };
    },
  };
}

/** The area between low and high; two intervals or more. */
export function bandSeries(
  intervals: readonly Interval[],
  colour: string,
  on: OnAxes = {},
): CustomSeriesOption {
  return {
    ...quiet,
    ...on,
    type: "custom",
    data: intervals.slice(0, 1).map((interval) => [...interval]),
    z: 1,
    renderItem: (_, api) => {
      const lower = intervals.map(([x, low]) => api.coord([x, low]));
      const upper = intervals.map(([x, , high]) => api.coord([x, high]));
      const points = [...lower, ...upper.toReversed()];
      return { type: "polygon", shape: { points }, style: { fill: colour, opacity: 0.2 } };
    },
  };
}
