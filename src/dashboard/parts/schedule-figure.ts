/** Slots by their planned age and what became of them, as stacked bars. */

import { formatDuration } from "../../core/units.ts";
import { acrossAxis, chartFrame, upAxis } from "../../report/chart-style.ts";
import type { Figure } from "../../report/figure.ts";
import type { ChartSize } from "../../report/svg-chart.ts";
import { rounded } from "../../report/words.ts";
import { type AgeCounts, type SlotKind, slotKinds } from "../campaign.ts";

const colours: Readonly<Record<SlotKind, string>> = {
  read: "var(--green)",
  late: "var(--sky)",
  missed: "var(--orange)",
  failed: "var(--purple)",
  open: "var(--rule)",
};

export const scheduleFigure = (byAge: readonly AgeCounts[]): Figure => ({
  id: "figure-schedule",
  title: "Slots by age",
  caption:
    "Every column is a planned age, or ages near it where there are many; its height is the number of slots (regions, products, checks, temperatures).",
  height: 240,
  narrowHeight: 240,
  option: (size) => optionOf(byAge, size),
  table: {
    columns: ["age", "age (s)", ...slotKinds],
    rows: byAge.map((counts) => [
      formatDuration(counts.ageSeconds),
      rounded(counts.ageSeconds, 1),
      ...slotKinds.map((kind) => counts[kind]),
    ]),
  },
});

function optionOf(byAge: readonly AgeCounts[], size: ChartSize) {
  const kinds = slotKinds.filter((kind) => byAge.some((counts) => counts[kind] > 0));
  const across = acrossAxis("age");
  return {
    ...chartFrame(
      kinds.map((name) => ({ name, mark: "symbol" as const })),
      size,
    ),
    xAxis: {
      ...across,
      type: "category" as const,
      data: byAge.map(({ ageSeconds }) => formatDuration(ageSeconds)),
      axisTick: { show: false },
    },
    yAxis: { ...upAxis("slots", size), type: "value" as const, minInterval: 1 },
    series: kinds.map((kind) => ({
      type: "bar" as const,
      name: kind,
      stack: "slots",
      silent: true,
      animation: false,
      color: colours[kind],
      barCategoryGap: "20%",
      data: byAge.map((counts) => counts[kind]),
    })),
  };
}
