/** Causes of the loss of accuracy, without and with compensation. */

import type { ValidatedAttribution, ValidatedLoss, ValidatedSource } from "../store/validation-document.ts";
import { acrossAxis, blue, chartFrame, green, ink, type LegendEntry, orange, upAxis } from "./chart-style.ts";
import type { Figure } from "./figure.ts";
import { type Interval, intervalSeries } from "./series.ts";
import type { ChartSize } from "./svg-chart.ts";
import type { Table } from "./table.ts";
import { compensationName, rounded } from "./words.ts";

interface Bars {
  readonly name: string;
  readonly colour: string;
  /** One for each effect. */
  readonly losses: readonly ValidatedLoss[];
}

/** What is left after compensation, and what there was before, which may be a hundred times as much. */
export function lossFigures(source: ValidatedSource, index: number): Figure[] {
  const { name, attribution } = source;
  const { effects, compensation } = attribution;
  const method = compensationName(compensation.name);
  const named = { ...compensation, name: method };
  return [
    {
      id: `figure-losses-left-${index}`,
      title: `Where the loss comes from: ${name}`,
      caption: `Loss of accuracy in % of the images under ${method}, when one effect after the other comes, and what ${method} does to the digital network by itself. These add up to the whole loss. Thin lines are 95 % intervals.`,
      option: (size) =>
        optionOf(
          [`${method} alone`, ...effects.map((effect) => effect.name)],
          [
            {
              name: `left under ${method}`,
              colour: green,
              losses: [compensation.alone, ...effects.map(({ compensated }) => compensated)],
            },
          ],
          size,
        ),
      table: tableOf(attribution),
      height: 300,
    },
    {
      id: `figure-losses-${index}`,
      title: `The same without compensation: ${name}`,
      caption: `Loss when an effect is alone in an otherwise ideal array, and when it comes after those to its left. Below zero, accuracy is won back. What effects do to each other is the difference between the two.`,
      option: (size) =>
        optionOf(
          [...effects, named].map((effect) => effect.name),
          [
            { name: "alone", colour: blue, losses: effects.map(({ alone }) => alone) },
            { name: "added", colour: orange, losses: [...effects, named].map(({ added }) => added) },
          ],
          size,
        ),
      table: tableOf(attribution),
      height: 300,
    },
  ];
}

function optionOf(names: readonly string[], bars: readonly Bars[], size: ChartSize) {
  // Bars beside each other leave no place for intervals that is right on every screen; the table has them all.
  const intervals = bars.length === 1 ? bars.flatMap(({ losses }) => losses.map(intervalOf)) : [];
  const legend: LegendEntry[] = bars.map(({ name }) => ({ name, mark: "symbol" }));
  const across = acrossAxis("");
  return {
    ...chartFrame(legend, size),
    xAxis: {
      ...across,
      type: "category" as const,
      data: [...names],
      axisLabel: { ...across.axisLabel, interval: 0, rotate: size.narrow ? 40 : 0 },
      axisLine: { ...across.axisLine, onZero: false },
    },
    yAxis: { ...upAxis("loss (%)", size), type: "value" as const, ...rangeOf(intervals) },
    series: [
      ...bars.map((one) => seriesOf(one, !size.narrow && intervals.length === 0)),
      ...(intervals.length === 0 ? [] : [intervalSeries(intervals, ink)]),
    ],
  };
}

const intervalOf = ({ loss, halfWidth }: ValidatedLoss, index: number): Interval => [
  index,
  100 * (loss - halfWidth),
  100 * (loss + halfWidth),
];

/** Holds all intervals, in steps that give round labels. */
function rangeOf(intervals: readonly Interval[]) {
  const [low, high] = [
    Math.min(0, ...intervals.map(([, from]) => from)),
    Math.max(0, ...intervals.map(([, , to]) => to)),
  ];
  if (high === low) return {};
  const coarse = 10 ** Math.floor(Math.log10(high - low));
  const step = (high - low) / coarse > 4 ? coarse : coarse / 2;
  const edge = (steps: number): number => Number((steps * step).toPrecision(6));
  return { min: edge(Math.floor(low / step)), max: edge(Math.ceil(high / step)), interval: step };
}

const seriesOf = ({ name, colour, losses }: Bars, hasLabels: boolean) => ({
  type: "bar" as const,
  name,
  color: colour,
  barGap: "5%",
  barMaxWidth: 64,
  barCategoryGap: "30%",
  silent: true,
  emphasis: { disabled: true },
  label: {
    show: hasLabels,
    position: "top" as const,
    fontSize: 11,
    color: "inherit",
    formatter: ({ value }: { readonly value?: unknown }) => Number(value).toFixed(2),
  },
  data: losses.map(({ loss }) => rounded(100 * loss, 3)),
});

function tableOf({ effects, compensation, together, remainder, total }: ValidatedAttribution): Table {
  const pair = (of?: ValidatedLoss): (number | null)[] =>
    of === undefined ? [null, null] : [rounded(100 * of.loss, 3), rounded(100 * of.halfWidth, 3)];
  return {
    columns: ["effect", "alone (%)", "± (%)", "added (%)", "± (%)", "added, compensated (%)", "± (%)"],
    rows: [
      ...effects.map(({ name, alone, added, compensated }) => [
        name,
        ...pair(alone),
        ...pair(added),
        ...pair(compensated),
      ]),
      ["interaction", rounded(100 * remainder, 3), ...[null, null, null, null, null]],
      ["together", ...pair(), ...pair(together), ...pair()],
      [
        compensationName(compensation.name),
        ...pair(),
        ...pair(compensation.added),
        ...pair(compensation.alone),
      ],
      ["total", ...pair(), ...pair(total), ...pair(total)],
    ],
  };
}
