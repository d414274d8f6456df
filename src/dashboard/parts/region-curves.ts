/** Mean conductance of the regions that a campaign reads beside the programmed tiles: full arrays and canaries. */

import { formatDuration } from "../../core/units.ts";
import { chartFrame, seriesLook, timeAxis, timePosition, upAxis } from "../../report/chart-style.ts";
import type { Figure } from "../../report/figure.ts";
import { lineSeries } from "../../report/series.ts";
import type { ChartSize } from "../../report/svg-chart.ts";
import { inMicrosiemens } from "../../report/words.ts";
import type { Slot, Subject } from "../../store/campaign-rows.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { ReadoutSummary } from "../devices/device-digest.ts";

export interface RegionCurve {
  readonly name: string;
  readonly points: readonly { readonly ageSeconds: number; readonly meanSiemens: number }[];
}

/** More lines than this cannot be told apart; the others are in the table. */
const mostLines = 5;

/** By true age; a slot whose readouts are not all known yet is left out. */
export function regionCurves(
  subjects: readonly Subject[],
  slots: readonly Slot[],
  summaries: ReadonlyMap<ReadoutId, ReadoutSummary>,
): RegionCurve[] {
  return subjects
    .filter(({ matter }) => matter.kind === "region")
    .map((subject) => ({
      name: subject.name,
      points: thinned(
        slots
          .filter((slot) => slot.subject === subject.id)
          .flatMap((slot) => pointOf(subject, slot, summaries)),
      ),
    }))
    .filter(({ points }) => points.length > 0);
}

/** More points than this make no better curve, only a longer table. */
const mostPoints = 200;

/** Evenly chosen, the last among them. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}

function pointOf(
  { referenceSeconds }: Subject,
  { outcome }: Slot,
  summaries: ReadonlyMap<ReadoutId, ReadoutSummary>,
): RegionCurve["points"] {
  const parts = (outcome?.readouts ?? []).map((id) => summaries.get(id)).filter((part) => part !== undefined);
  const started = outcome?.startedSeconds ?? null;
  if (started === null || parts.length === 0 || parts.length < (outcome?.readouts.length ?? 0)) return [];
  const devices = parts.reduce((sum, part) => sum + part.devices, 0);
  const sum = parts.reduce((sum, part) => sum + part.devices * part.meanSiemens, 0);
  return [{ ageSeconds: started - referenceSeconds, meanSiemens: sum / devices }];
}

export const regionFigure = (curves: readonly RegionCurve[]): Figure => ({
  id: "figure-regions",
  title: "Regions read as a whole",
  caption: `Mean conductance of all devices of a region against its age.${curves.length > mostLines ? ` The first ${mostLines} of ${curves.length} regions are drawn; the table has all.` : ""}`,
  option: (size) => optionOf(curves.slice(0, mostLines), size),
  table: {
    columns: ["region", "age", "age (s)", "mean conductance (µS)"],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ ageSeconds, meanSiemens }) => [
        name,
        formatDuration(ageSeconds),
        ageSeconds,
        inMicrosiemens(meanSiemens, 4),
      ]),
    ),
  },
});

function optionOf(curves: readonly RegionCurve[], size: ChartSize) {
  const drawn = curves.map(({ name, points }) => ({
    name,
    points: points.filter(({ ageSeconds }) => ageSeconds > 0),
  }));
  const ages = drawn.flatMap(({ points }) => points.map(({ ageSeconds }) => ageSeconds));
  return {
    ...chartFrame(
      drawn.map(({ name }) => ({ name, mark: "symbol" as const })),
      size,
    ),
    xAxis: timeAxis("age", ages, size.narrow ? 5 : 10),
    yAxis: { ...upAxis("mean conductance (µS)", size), type: "value" as const, scale: true },
    series: drawn.map(({ name, points }, index) =>
      lineSeries(
        name,
        points.map(({ ageSeconds, meanSiemens }) => [
          timePosition(ageSeconds),
          inMicrosiemens(meanSiemens, 5),
        ]),
        seriesLook(index),
      ),
    ),
  };
}
