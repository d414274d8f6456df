/** Fits of drift by level: the exponents with their intervals, and fans of the readings with the fitted laws over them. */

import { formatDuration } from "../../core/units.ts";
import { driftedShare } from "../../store/drift-curve.ts";
import type { StoredAnalysis, StoredDriftLevel } from "../../store/drift-rows.ts";
import type { Store } from "../../store/store.ts";
import { driftPanels } from "../drift-panels.ts";
import type { Figure } from "../figure.ts";
import { html } from "../markup.ts";
import { missing, type Section } from "../section.ts";
import { publishedExponent } from "../statistics/published-drift.ts";
import { condensed, type Table, tableMarkup } from "../table.ts";
import { inMicrosiemens, rounded } from "../words.ts";

const command = "pcmlab drift --store FILE";

export function driftFitsSection(store: Store): Section {
  const analysis = store.driftFits.latest();
  const section = { id: "drift-fits", title: "Drift as fitted" };
  if (analysis === undefined)
    return {
      ...section,
      parts: [missing("Fits need readings at three times or more; this makes them:", command)],
    };
  const levels = store.driftFits.levels(analysis.id);
  const shown = chosen(levels.filter(isShowable));
  const figure = shown.length === 0 ? [] : [figureOf(shown, analysis)];
  const gmax = store.networks.find()?.gmaxSiemens;
  const { table, shared } = condensed(tableOf(levels, gmax), ["law"]);
  return { ...section, parts: [...figure, tableMarkup(table), remark(analysis, gmax, shared)] };
}

const remark = (
  { referenceSeconds, fromSeconds }: StoredAnalysis,
  gmax: number | undefined,
  shared: readonly string[],
) =>
  html`<p>${shared.map((text) => `Every level has the ${text}. `)}Exponents ν of G ~ t<sup>−ν</sup> by device, by generalised least squares with the covariance of 1/f noise, over readings from ${formatDuration(fromSeconds)} on; conductance at ${formatDuration(referenceSeconds)}. The interval is that of the mean and holds it in 95 of 100 cases; the spread is that from device to device, without what the noise of the fits adds. Devices that are stuck, outliers, dead (at an end of the converter in most readings), or unfitted (too few readings within it) are counted and left out.${gmax === undefined ? "" : publishedText}</p>`;

const publishedText = html` Published are those of the 1M-device array of Joshi et al. (2020) as IBM gives them for G ~ (1 + t / 20 s)<sup>−ν</sup> and g = G / Gmax: −0.0155 ln g + 0.0244 between 0.049 and 0.1, and a spread of −0.0125 ln g − 0.0059 between 0.008 and 0.045.`;

/** Where most devices have no fit, those that have one are a selection. */
const isShowable = ({ programmed, devices, fitted, fan }: StoredDriftLevel): boolean =>
  programmed && 2 * fitted >= devices && fan.length > 1;

const mostPanels = 4;

/** Evenly from the lowest to the highest level. */
function chosen(levels: readonly StoredDriftLevel[]): StoredDriftLevel[] {
  if (levels.length <= mostPanels) return [...levels];
  const step = (levels.length - 1) / (mostPanels - 1);
  return Array.from({ length: mostPanels }, (_, i) => levels[Math.round(i * step)]).filter(
    (level) => level !== undefined,
  );
}

function figureOf(levels: readonly StoredDriftLevel[], { referenceSeconds }: StoredAnalysis): Figure {
  const panels = levels.map((level) => ({
    title: `${inMicrosiemens(level.targetSiemens)} µS`,
    points: level.fan,
    fit: level.fan.map(({ ageSeconds }) => ({
      ageSeconds,
      share: driftedShare(level, ageSeconds, referenceSeconds),
    })),
  }));
  return {
    id: "figure-drift-fits",
    title: `Fits: G(t) / fitted G(${formatDuration(referenceSeconds)}) by target, and the law of the level`,
    caption:
      "Against time since programming: median (blue) and 10 to 90 % of the sound devices (band), each over the conductance of its own fit, which is freer of noise than its first reading. The dashed line is the law with the mean exponent of the level.",
    height: 290,
    narrowHeight: 500,
    option: (size) => driftPanels(panels, size),
    table: fanTable(levels),
  };
}

const fanTable = (levels: readonly StoredDriftLevel[]): Table => ({
  columns: ["target (µS)", "time", "time (s)", "devices", "10 % quantile", "median", "90 % quantile"],
  rows: levels.flatMap(({ targetSiemens, fan }) =>
    fan.map(({ ageSeconds, devices, low, median, high }) => [
      inMicrosiemens(targetSiemens),
      formatDuration(ageSeconds),
      rounded(ageSeconds, 3),
      devices,
      rounded(low, 4),
      rounded(median, 4),
      rounded(high, 4),
    ]),
  ),
});

const laws = { power: "power law", floor: "with a floor", two: "two exponents" } as const;

/** @param gmax that of the network, to which published exponents refer; undefined where there is no network. */
function tableOf(levels: readonly StoredDriftLevel[], gmax: number | undefined): Table {
  const known = (value: number, digits: number): number | null =>
    Number.isFinite(value) ? rounded(value, digits) : null;
  return {
    columns: [
      "target (µS)",
      "devices",
      "fitted",
      "mean ν",
      "± (95 %)",
      "spread of ν",
      ...(gmax === undefined ? [] : ["published", "its spread"]),
      "noise (%)",
      "outliers",
      "stuck",
      "dead",
      "unfitted",
      "law",
    ],
    rows: levels.map((level) => [
      `${level.programmed ? "" : "never programmed, near "}${inMicrosiemens(level.targetSiemens)}`,
      level.devices,
      level.fitted,
      known(level.nuMean, 4),
      known(level.nuMeanHalfWidth, 4),
      known(level.nuSpread, 4),
      ...(gmax === undefined ? [] : publishedCells(level, gmax)),
      known(100 * level.noise, 1),
      level.marked.outlier,
      level.marked.stuck,
      level.marked.dead + level.marked.saturated,
      level.marked.unfitted,
      laws[level.model],
    ]),
  };
}

/** None for devices that were to have no conductance, or were never programmed. */
function publishedCells({ targetSiemens, programmed }: StoredDriftLevel, gmax: number): (number | null)[] {
  if (!programmed || targetSiemens <= 0) return [null, null];
  const { mean, sigma } = publishedExponent(targetSiemens / gmax);
  return [rounded(mean, 4), rounded(sigma, 4)];
}
