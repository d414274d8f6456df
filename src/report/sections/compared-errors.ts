/** Error of weights against their level, an algorithm a series, beside the published curve. */

import { acrossAxis, chartFrame, type LegendEntry, seriesLook, soft, upAxis } from "../chart-style.ts";
import type { Figure } from "../figure.ts";
import type { Section } from "../section.ts";
import { lineSeries, type Point } from "../series.ts";
import {
  type AgeErrors,
  type ProgrammingComparison,
  publishedError,
} from "../statistics/programming-comparison.ts";
import type { ChartSize } from "../svg-chart.ts";
import type { Table } from "../table.ts";
import { ageText, inMicrosiemens } from "../words.ts";

const published = "published (2020)";

export function comparedErrorsSection(comparison: ProgrammingComparison): Section {
  const ages = [
    ...new Set(comparison.algorithms.flatMap((one) => one.ages.map(({ ageSeconds }) => ageSeconds))),
  ].sort((a, b) => a - b);
  return { id: "errors", title: "Error against level", parts: ages.map((age) => figureOf(comparison, age)) };
}

/** An algorithm that was read at the age. */
interface Named {
  readonly name: string;
  readonly errors: AgeErrors;
}

function figureOf(comparison: ProgrammingComparison, ageSeconds: number): Figure {
  const named = comparison.algorithms.flatMap(({ name, ages }): Named[] => {
    const errors = ages.find((one) => one.ageSeconds === ageSeconds);
    return errors === undefined ? [] : [{ name, errors }];
  });
  const { gmaxSiemens, devicesPerWeight } = comparison;
  const devices =
    devicesPerWeight === 2
      ? "one device of the pair holds it (with residual programming, the other corrects what that one missed)"
      : "the devices of one sign hold it, the second of them what is above Gmax unless the algorithm chooses otherwise";
  return {
    id: `figure-errors-${Math.round(ageSeconds)}`,
    title: `Error of the weights, ${ageText(ageSeconds)}`,
    caption: `Root mean square of net conductance minus target, for weights whose devices all converged; ${devices}, the others are near zero. Ages count from the end of programming, before any late verification. Drift and read noise up to the readout are part of the error. The dashed curve is the spread of one device of the 1M-device array of Joshi et al. (2020) as IBM publishes it, 0.2635 + 1.9650 g − 1.1731 g² µS at 25 µS, scaled to Gmax = ${inMicrosiemens(gmaxSiemens)} µS${devicesPerWeight === 2 ? "" : ", added for the two devices that hold a weight"}.`,
    option: (size) => optionOf(comparison, named, size),
    table: tableOf(comparison, named),
    height: 380,
  };
}

function optionOf(comparison: ProgrammingComparison, named: readonly Named[], size: ChartSize) {
  const { largestSiemens } = comparison;
  const curve = {
    ...lineSeries(published, curvePoints(comparison), { colour: soft, symbol: "none" }),
    lineStyle: { width: 1.5, type: "dashed" as const },
  };
  const legend: LegendEntry[] = [
    ...named.map(({ name }): LegendEntry => ({ name, mark: "symbol" })),
    { name: published, mark: "dashes" },
  ];
  return {
    ...chartFrame(legend, size),
    xAxis: { ...acrossAxis("target of the weight (µS)"), type: "value" as const, min: 0 },
    yAxis: { ...upAxis("error (µS)", size), type: "value" as const, min: 0 },
    series: [
      ...named.map(({ name, errors }, index) =>
        lineSeries(name, pointsOf(errors, largestSiemens), seriesLook(index)),
      ),
      curve,
    ],
  };
}

const pointsOf = ({ converged }: AgeErrors, largest: number): Point[] =>
  converged.map(({ g, errorSiemens }) => [inMicrosiemens(g * largest), inMicrosiemens(errorSiemens)]);

const curvePoints = (comparison: ProgrammingComparison): Point[] =>
  Array.from({ length: 51 }, (_, step) => {
    const g = step / 50;
    return [inMicrosiemens(g * comparison.largestSiemens), inMicrosiemens(publishedError(g, comparison))];
  });

function tableOf(comparison: ProgrammingComparison, named: readonly Named[]): Table {
  const { largestSiemens } = comparison;
  return {
    columns: [
      "algorithm",
      "target (µS)",
      "weights",
      "mean error (µS)",
      "sigma (µS)",
      "error (µS)",
      "weights whose devices all converged",
      "their mean error (µS)",
      "their sigma (µS)",
      "their error (µS)",
      "published (µS)",
    ],
    rows: named.flatMap(({ name, errors }) =>
      errors.all.map((level) => {
        const good = errors.converged.find(({ g }) => g === level.g);
        const optional = (siemens: number | undefined): number | null =>
          siemens === undefined ? null : inMicrosiemens(siemens);
        return [
          name,
          inMicrosiemens(level.g * largestSiemens),
          level.devices,
          inMicrosiemens(level.meanSiemens),
          inMicrosiemens(level.sigmaSiemens),
          inMicrosiemens(level.errorSiemens),
          good?.devices ?? 0,
          optional(good?.meanSiemens),
          optional(good?.sigmaSiemens),
          optional(good?.errorSiemens),
          inMicrosiemens(publishedError(level.g, comparison)),
        ];
      }),
    ),
  };
}
