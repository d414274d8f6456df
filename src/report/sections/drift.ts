/** Drift: how the conductance of a few target levels goes down with time, one small panel for each. */

import { formatDuration } from "../../core/units.ts";
import { type DriftPanel, driftPanels } from "../drift-panels.ts";
import type { Figure } from "../figure.ts";
import { commands, missing, type Section } from "../section.ts";
import type { LevelDrift, PowerLaw } from "../statistics/drift-by-level.ts";
import type { Table } from "../table.ts";
import { inMicrosiemens, rounded } from "../words.ts";

export function driftSection(drift: { levels(): LevelDrift[] } | undefined, gmaxSiemens: number): Section {
  const levels = drift?.levels() ?? [];
  const part =
    levels.length === 0
      ? missing("Drift needs readings at two times or more; this takes them:", commands.read)
      : figureOf(levels, gmaxSiemens);
  return { id: "drift", title: "Drift as read", parts: [part] };
}

function figureOf(levels: readonly LevelDrift[], gmax: number): Figure {
  const fitted = levels.some(({ fit }) => fit !== undefined)
    ? " The dashed line is a power law through the medians, with its exponent ν."
    : "";
  return {
    id: "figure-drift",
    title: "Readings: G(t) / G(first readout) by target",
    caption: `Against time since programming: median (blue) and 10 to 90 % of the devices (band), for devices whose target is nearest to the level above the panel, stuck ones and outliers among them. The band holds read noise of both readouts as well as the spread of drift exponents.${fitted}`,
    height: 290,
    narrowHeight: 500,
    option: (size) =>
      driftPanels(
        levels.map((level) => panelOf(level, gmax)),
        size,
      ),
    table: tableOf(levels, gmax),
  };
}

function panelOf({ g, points, fit }: LevelDrift, gmax: number): DriftPanel {
  const target = `${inMicrosiemens(g * gmax)} µS`;
  if (fit === undefined) return { title: target, points };
  return { title: `${target}, ν ${fit.exponent.toFixed(3)}`, points, fit: curveOf(fit, points) };
}

/** A power law is straight only on two logarithmic axes. */
const fitPoints = 24;

function curveOf({ exponent, atOneSecond }: PowerLaw, points: LevelDrift["points"]) {
  const ages = points.map(({ ageSeconds }) => ageSeconds);
  const [low, high] = [Math.min(...ages), Math.max(...ages)];
  return Array.from({ length: fitPoints }, (_, index) => {
    const ageSeconds = low * (high / low) ** (index / (fitPoints - 1));
    return { ageSeconds, share: atOneSecond * ageSeconds ** -exponent };
  });
}

function tableOf(levels: readonly LevelDrift[], gmax: number): Table {
  return {
    columns: [
      "target (µS)",
      "time",
      "time (s)",
      "devices looked at",
      "10 % quantile",
      "median",
      "90 % quantile",
    ],
    rows: levels.flatMap(({ g, devices, points }) =>
      points.map(({ ageSeconds, low, median, high }) => [
        inMicrosiemens(g * gmax),
        formatDuration(ageSeconds),
        ageSeconds,
        devices,
        rounded(low, 4),
        rounded(median, 4),
        rounded(high, 4),
      ]),
    ),
  };
}
