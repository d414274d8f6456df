/** Errors of the layers of a chip, with the inputs of the digital network and with those of the chip. */

import type { ValidatedSource } from "../store/validation-document.ts";
import { acrossAxis, chartFrame, type LegendEntry, seriesLook, upAxis } from "./chart-style.ts";
import type { Figure } from "./figure.ts";
import { lineSeries, type Point } from "./series.ts";
import type { ChartSize } from "./svg-chart.ts";
import type { Table } from "./table.ts";
import { rounded } from "./words.ts";

const own = "own error";
const gathered = "gathered error";

/** One figure for every source, so that few lines are in each; all with the same scale. */
export function layerFigures(sources: readonly ValidatedSource[]): Figure[] {
  const largest = Math.max(...sources.flatMap(errorsOf));
  const top = largest > 0 ? roundedUp(100 * largest) : 100;
  return sources.map((source, index) => layerFigure(source, index, top));
}

const errorsOf = ({ layers }: ValidatedSource): number[] =>
  layers.flatMap(({ own, accumulated }) => [own.mvmError ?? 0, accumulated.mvmError ?? 0]);

/** To one of 10, 20 … 100 times a power of ten. */
function roundedUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return Number((Math.ceil(value / step) * step).toPrecision(6));
}

function layerFigure(source: ValidatedSource, index: number, top: number): Figure {
  return {
    id: `figure-layer-errors-${index}`,
    title: `MVM error of the layers: ${source.name}`,
    caption:
      "Norm of the error of the outputs of a layer over the norm of its digital outputs, over all images and positions, after compensation. Own error: with the inputs of the digital network. Gathered error: with the inputs that the layers before it gave.",
    option: (size) => layerOption(source, top, size),
    table: layerTable(source),
    height: 360,
  };
}

function layerOption({ layers }: ValidatedSource, top: number, size: ChartSize) {
  const pointsOf = (mode: "own" | "accumulated"): Point[] =>
    layers.flatMap((layer, at): Point[] => {
      const { mvmError } = layer[mode];
      return mvmError === null ? [] : [[at, 100 * mvmError]];
    });
  const legend: LegendEntry[] = [own, gathered].map((name) => ({ name, mark: "symbol" }));
  const frame = chartFrame(legend, size);
  const across = acrossAxis("");
  const [first, second] = [seriesLook(0), seriesLook(1)];
  return {
    ...frame,
    grid: { ...frame.grid, bottom: 92 },
    xAxis: {
      ...across,
      type: "category" as const,
      data: layers.map(({ name }) => name),
      axisLabel: { ...across.axisLabel, rotate: 40, interval: labelStep(layers.length, size) - 1 },
    },
    yAxis: { ...upAxis("MVM error (%)", size), type: "value" as const, min: 0, max: top },
    series: [lineSeries(own, pointsOf("own"), first), lineSeries(gathered, pointsOf("accumulated"), second)],
  };
}

/** Every so many layers has its name under it. */
const labelStep = (layers: number, { narrow }: ChartSize): number => Math.ceil(layers / (narrow ? 8 : 18));

const layerTable = ({ layers }: ValidatedSource): Table => ({
  columns: [
    "layer",
    "rows",
    "columns",
    "own MVM error (%)",
    "correlation",
    "effective bits",
    "gathered MVM error (%)",
    "gathered correlation",
    "gathered effective bits",
    "with random inputs (%)",
    "residual of these (%)",
    "outlier channels",
  ],
  rows: layers.map((layer) => [
    layer.name,
    layer.rows,
    layer.columns,
    optional(layer.own.mvmError, 3, 100),
    rounded(layer.own.correlation, 5),
    optional(layer.own.effectiveBits, 2),
    optional(layer.accumulated.mvmError, 3, 100),
    rounded(layer.accumulated.correlation, 5),
    optional(layer.accumulated.effectiveBits, 2),
    rounded(100 * layer.random.mvmError, 3),
    rounded(100 * layer.random.residual, 3),
    new Set(layer.outliers.map(({ column }) => column)).size,
  ]),
});

const optional = (value: number | null, digits: number, factor = 1): number | null =>
  value === null ? null : rounded(factor * value, digits);
