/** Histogram of the conductances that were wanted and those that were measured. */

import { formatDuration } from "../../core/units.ts";
import { acrossAxis, chartFrame, devicesAxis, seriesLook, soft } from "../chart-style.ts";
import type { Figure } from "../figure.ts";
import { commands, missing, type Section } from "../section.ts";
import { lineSeries, type Point } from "../series.ts";
import type { ConductanceCounts } from "../statistics/conductance-histogram.ts";
import type { ChartSize } from "../svg-chart.ts";
import { inMicrosiemens } from "../words.ts";

export function conductanceSection(histogram: ConductanceCounts | undefined): Section {
  const part =
    histogram === undefined || histogram.target.every((devices) => devices === 0)
      ? missing("No device was programmed yet; this programs them:", commands.program)
      : figureOf(histogram);
  return { id: "conductance", title: "Conductances", parts: [part] };
}

function figureOf(histogram: ConductanceCounts): Figure {
  const bin = histogram.binSiemens;
  const lines = linesOf(histogram);
  return {
    id: "figure-conductance",
    title: "Conductances wanted and measured",
    caption: `Devices in bins of ${inMicrosiemens(bin)} µS, on a logarithmic scale. A target is what a device was aimed at in the end: 0 for one polarity of each weight, unless its devices make up for those of the other.`,
    option: (size) => optionOf(lines, bin, size),
    table: {
      columns: ["from (µS)", ...lines.map(({ name }) => `${name} (devices)`)],
      rows: Array.from(histogram.target, (_, index) => [
        inMicrosiemens(index * bin),
        ...lines.map(({ counts }) => counts[index] ?? 0),
      ]),
    },
  };
}

interface Line {
  readonly name: string;
  readonly counts: Uint32Array;
}

const linesOf = (histogram: ConductanceCounts): Line[] => [
  { name: "target", counts: histogram.target },
  ...histogram.measured().map(({ ageSeconds, counts }) => ({
    name: ageSeconds === 0 ? "measured at once" : `after ${formatDuration(ageSeconds)}`,
    counts,
  })),
];

function optionOf(lines: readonly Line[], bin: number, size: ChartSize) {
  const series = lines.map(({ name, counts }, index) => {
    const colour = index === 0 ? soft : seriesLook(index - 1).colour;
    const line = lineSeries(name, points(counts, bin), { colour, symbol: "none" });
    const area = index === 0 ? { areaStyle: { color: colour, opacity: 0.22, origin: "start" as const } } : {};
    return { ...line, ...area, step: "middle" as const, lineStyle: { width: index === 0 ? 1 : 2 } };
  });
  return {
    ...chartFrame(
      lines.map(({ name }) => ({ name, mark: "line" as const })),
      size,
    ),
    xAxis: { ...acrossAxis("conductance (µS)"), type: "value" as const, min: 0 },
    yAxis: devicesAxis(size),
    series,
  };
}

/** The line of an empty bin leaves the drawing, whose axis has no 0. */
const points = (counts: Uint32Array, bin: number): Point[] =>
  Array.from(counts, (devices, index) => [
    inMicrosiemens((index + 0.5) * bin),
    devices === 0 ? 0.1 : devices,
  ]);
