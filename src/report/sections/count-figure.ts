/** A figure of bars: how many devices needed how many of something. */

import { acrossAxis, blue, chartFrame, devicesAxis } from "../chart-style.ts";
import type { Figure } from "../figure.ts";
import type { CountBin, CountHistogram } from "../statistics/count-histogram.ts";
import type { ChartSize } from "../svg-chart.ts";

export interface CountFigureText {
  readonly id: string;
  readonly title: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly caption: string;
}

/**
 * A few devices may need many times what the others do (a stuck one, pulsed again and again): beyond what 999 of 1,000 devices
 * stay below, counts are one bin where they would otherwise squeeze the rest. The table has them all.
 */
export function countFigure(
  histogram: CountHistogram,
  { id, title, unit, caption }: CountFigureText,
): Figure {
  const common = histogram.quantile(0.999);
  const hasTail = histogram.largest > tailFactor * Math.max(1, common);
  const bins = histogram.bins(60, hasTail ? common : histogram.largest);
  const names = bins.map((bin, index) =>
    hasTail && index === bins.length - 1 ? `≥ ${bin.from}` : binName(bin),
  );
  const table = histogram.bins(tableRows);
  return {
    id,
    title,
    caption: `${caption} Devices are on a logarithmic scale.`,
    height: 280,
    narrowHeight: 260,
    option: (size) => optionOf(bins, names, unit, size),
    table: { columns: [unit, "devices"], rows: table.map((bin) => [binName(bin), bin.devices]) },
  };
}

const tailFactor = 1.5;
/** A row for every count up to here. */
const tableRows = 500;

function optionOf(bins: readonly CountBin[], names: readonly string[], unit: string, size: ChartSize) {
  const across = acrossAxis(`${unit} of a device`);
  return {
    ...chartFrame([], size),
    xAxis: { ...across, type: "category" as const, data: [...names], axisTick: { show: false } },
    yAxis: devicesAxis(size),
    series: [
      {
        type: "bar" as const,
        data: bins.map(({ devices }) => (devices === 0 ? null : devices)),
        color: blue,
        barCategoryGap: "12%",
        silent: true,
        emphasis: { disabled: true },
      },
    ],
  };
}

const binName = ({ from, to }: CountBin): string => (from === to ? String(from) : `${from}–${to}`);
