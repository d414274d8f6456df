/** The report of a sweep: accuracy against time with intervals over chips, one figure for each way of programming. */

import { formatDuration } from "../core/units.ts";
import { type AccuracyPoint, accuracyFigures } from "./accuracy-figures.ts";
import { html } from "./markup.ts";
import { page } from "./page.ts";
import { type Section, sectionMarkup } from "./section.ts";
import type { Table } from "./table.ts";
import { compensationName, count, percent, rounded } from "./words.ts";

/** Means over chips, with the interval of that mean. */
export interface SweptPoint extends AccuracyPoint {
  readonly variant: string;
  readonly instances: number;
  /** Standard deviation between chips, as a fraction; null with one. */
  readonly deviation: number | null;
  /** Loss against the digital network, as a fraction. */
  readonly drop: number;
}

export interface Sweep {
  readonly network: string;
  readonly profile: string;
  readonly images: number;
  /** Accuracy with the exact weights. */
  readonly digital: number;
  readonly points: readonly SweptPoint[];
}

/** Equal sweeps give equal pages. */
export function renderSweep(sweep: Sweep): string {
  const variants = [...new Set(sweep.points.map(({ variant }) => variant))];
  const sections = variants.map((variant, index) => sectionOf(sweep, variant, index));
  const content = html`<header>
<p class="kicker">pcmlab sweep</p>
<h1>${sweep.network}</h1>
<p class="subtitle">on emulated chips of the profile ${sweep.profile}; ${count(sweep.images)} images, ${percent(sweep.digital)} with the exact weights</p>
</header>
${sections.map(sectionMarkup)}`;
  return page(`${sweep.network}: pcmlab sweep`, content);
}

function sectionOf(sweep: Sweep, variant: string, index: number): Section {
  const points = sweep.points.filter((point) => point.variant === variant);
  const figures = accuracyFigures({
    id: `figure-sweep-${index}`,
    title: "Accuracy against time",
    caption:
      "Mean over chips of different seeds with the 95 % interval of that mean (Student's t); the dashed line is the same network with its exact weights.",
    points: points.filter(({ ageSeconds }) => ageSeconds > 0),
    baseline: sweep.digital,
    tableOf,
  });
  return { id: `sweep-${index}`, title: variant, parts: figures };
}

const tableOf = (points: readonly SweptPoint[]): Table => ({
  columns: [
    "time",
    "time (s)",
    "compensation",
    "chips",
    "accuracy (%)",
    "95 % low (%)",
    "95 % high (%)",
    "deviation between chips (%)",
    "loss (%)",
  ],
  rows: points.map(({ ageSeconds, compensation, instances, accuracy, interval, deviation, drop }) => [
    formatDuration(ageSeconds),
    ageSeconds,
    compensationName(compensation),
    instances,
    rounded(100 * accuracy, 3),
    interval === null ? null : rounded(100 * interval.low, 3),
    interval === null ? null : rounded(100 * interval.high, 3),
    deviation === null ? null : rounded(100 * deviation, 3),
    rounded(100 * drop, 3),
  ]),
});
