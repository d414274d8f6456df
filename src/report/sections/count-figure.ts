/** A figure of bars: how many devices needed how many of something. */

import { acrossAxis, blue, chartFrame, upAxis } from "../chart-style.ts";
import type { Figure } from "../figure.ts";
import type { CountBin, CountHistogram } from "../statistics/count-histogram.ts";
import type { ChartSize } from "../svg-chart.ts";
import { shortCount } from "../words.ts";

export interface CountFigureText {
  readonly id: string;
  readonly title: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly caption: string;
}

export function countFigure(
  histogram: CountHistogram,
  { id, title, unit, caption }: CountFigureText,
): Figure {
  const bins = histogram.bins(60);
  return {
    id,
    title,
    caption,
    height: 280,
    narrowHeight: 260,
    option: (size) => optionOf(bins, unit, size),
    table: { columns: [unit, "devices"], rows: bins.map((bin) => [binName(bin), bin.devices]) },
  };
}

function optionOf(bins: readonly CountBin[], unit: string, size: ChartSize) {
  const across = acrossAxis(`${unit} of a device`);
  const up = upAxis("devices", size);
  return {
    ...chartFrame([], size),
    xAxis: { ...across, type: "category" as const, data: bins.map(binName), axisTick: { show: false } },
    yAxis: {
      ...up,
      type: "value" as const,
      axisLabel: { ...up.axisLabel, formatter: (devices: number) => shortCount(devices) },
    },
    series: [
      {
        type: "bar" as const,
        data: bins.map(({ devices }) => devices),
        color: blue,
        barCategoryGap: "12%",
        silent: true,
        emphasis: { disabled: true },
      },
    ],
  };
}

const binName = ({ from, to }: CountBin): string => (from === to ? String(from) : `${from}–${to}`);
