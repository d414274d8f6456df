/** The look that all charts share: colours by role, axes with units, legends. Colours are variables of the page's style sheet. */

import type { EChartsOption } from "echarts";
import { formatDuration } from "../core/units.ts";
import type { ChartSize } from "./svg-chart.ts";
import { shortCount } from "./words.ts";

export const ink = "var(--ink)";
export const soft = "var(--soft)";
export const rule = "var(--rule)";
export const hairline = "var(--hairline)";
export const paper = "var(--paper)";

/** Okabe and Ito's palette, safe for the colour-blind; series also differ by symbol. */
const seriesColours = [
  "var(--blue)",
  "var(--orange)",
  "var(--green)",
  "var(--purple)",
  "var(--sky)",
] as const;
const seriesSymbols = ["circle", "rect", "triangle", "diamond", "pin"] as const;

export const blue = seriesColours[0];
export const orange = seriesColours[1];
export const green = seriesColours[2];

export interface SeriesLook {
  readonly colour: string;
  readonly symbol: string;
}

/** After five series colours begin anew with the next symbols; looks repeat after 25. */
export const seriesLook = (index: number): SeriesLook => ({
  colour: seriesColours[index % seriesColours.length] ?? ink,
  symbol:
    seriesSymbols[(index + Math.floor(index / seriesColours.length)) % seriesSymbols.length] ?? "circle",
});

export const textStyle = { fontFamily: "system-ui, sans-serif", fontSize: 13, color: ink };

const labelStyle = { color: soft, fontSize: 12 };
const line = { lineStyle: { color: rule, width: 1 } };

export type LegendMark = "symbol" | "line" | "dashes";

export interface LegendEntry {
  readonly name: string;
  /** How the entry is marked: as the series is drawn, or as a line without symbols. */
  readonly mark: LegendMark;
}

/** Options that every chart with one pair of axes begins with. */
export function chartFrame(legend: readonly LegendEntry[], size: ChartSize): EChartsOption {
  const { left } = gridOf(size);
  return {
    textStyle,
    grid: { left, right: 18, top: legend.length > 0 ? legendHeight(legend, size) + 40 : 36, bottom: 50 },
    legend: legendOf(legend),
  };
}

const gridOf = (size: ChartSize) => ({ left: size.narrow ? 46 : 52 });

/** Legends of many or long names take two lines on a phone. */
function legendHeight(legend: readonly LegendEntry[], size: ChartSize): number {
  const width = legend.reduce((sum, { name }) => sum + 58 + 7 * name.length, 0);
  // Further lines are as far apart as the entries are.
  return 22 + 36 * (Math.ceil(width / size.width) - 1);
}

function legendOf(entries: readonly LegendEntry[]): NonNullable<EChartsOption["legend"]> {
  const place = {
    top: 0,
    left: 0,
    padding: [2, 0],
    itemGap: 24,
    itemWidth: 26,
    itemHeight: 9,
    selectedMode: false,
    borderColor: "transparent",
  };
  const data = entries.map(({ name, mark }) => ({ name, icon: legendIcons[mark] }));
  return { ...place, show: entries.length > 0, data, textStyle: { color: ink, fontSize: 13 } };
}

const legendIcons: Readonly<Record<LegendMark, string>> = {
  symbol: "inherit",
  line: "path://M0 0h26v3h-26z",
  dashes: "path://M0 0h6v2h-6zM10 0h6v2h-6zM20 0h6v2h-6z",
};

const axisBase = {
  axisLine: { show: true, ...line },
  axisTick: { show: true, ...line },
  axisLabel: labelStyle,
  minorTick: { show: false },
};

/** The horizontal axis of a quantity; `name` carries the unit. */
export const acrossAxis = (name: string) => ({
  ...axisBase,
  name,
  nameLocation: "middle" as const,
  nameGap: 30,
  nameTextStyle: { color: soft, fontSize: 13 },
  splitLine: { show: false },
});

/** The vertical axis of a quantity, its name written above it from the left edge of the drawing. */
export const upAxis = (name: string, size: ChartSize) => ({
  ...axisBase,
  axisLine: { show: false },
  axisTick: { show: false },
  name,
  nameLocation: "end" as const,
  nameGap: 14,
  nameTextStyle: {
    color: soft,
    fontSize: 13,
    align: "left" as const,
    padding: [0, 0, 0, -gridOf(size).left],
  },
  splitLine: { show: true, lineStyle: { color: hairline, width: 1 } },
});

/** Numbers of devices on a logarithmic axis: a single one is seen beside ten thousand. It has no 0, and ends below 1. */
export function devicesAxis(size: ChartSize) {
  const up = upAxis("devices", size);
  return {
    ...up,
    type: "log" as const,
    min: belowOne,
    startValue: belowOne,
    axisLabel: {
      ...up.axisLabel,
      formatter: (devices: number) => (devices < 1 ? "" : shortCount(devices)),
    },
  };
}

const belowOne = 0.7;

const landmarks = [1, 10, 25, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000, 31_536_000, 315_360_000];

/**
 * A logarithmic time axis: positions are the logarithm to base 10 of the seconds, labels the units that people use.
 * @param labels at most so many: the times shown where they are few enough, else landmarks between them.
 */
export function timeAxis(name: string, secondsShown: readonly number[], labels: number) {
  const times = [...new Set(secondsShown)].sort((a, b) => a - b);
  const low = Math.min(...times) / 1.4;
  const high = Math.max(...times) * 1.4;
  const between = landmarks.filter((seconds) => seconds >= low && seconds <= high);
  const many = between.length > 1 ? between : times;
  const marks = (times.length > labels ? thinned(many, labels) : times).map(timePosition);
  const axis = acrossAxis(name);
  return {
    ...axis,
    type: "value" as const,
    min: timePosition(low),
    max: timePosition(high),
    axisTick: { ...axis.axisTick, customValues: marks },
    axisLabel: {
      ...axis.axisLabel,
      customValues: marks,
      hideOverlap: true,
      formatter: (position: number) => formatDuration(10 ** position),
    },
  };
}

export const timePosition = (seconds: number): number => Math.log10(seconds);

/** At most so many of the values, evenly chosen, the first among them. */
function thinned(values: readonly number[], atMost: number): readonly number[] {
  const step = Math.ceil(values.length / atMost);
  return values.filter((_, index) => index % step === 0);
}
