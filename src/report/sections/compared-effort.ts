/** What programming took by each algorithm, what became of the devices, and what a network makes of them. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { formatDuration } from "../../core/units.ts";
import { html } from "../markup.ts";
import type { Section } from "../section.ts";
import type {
  ComparedAlgorithm,
  ProgrammingComparison,
  ProgrammingEffort,
} from "../statistics/programming-comparison.ts";
import { type Cell, csvLink, type Table, tableMarkup } from "../table.ts";
import { compensationName, count, percent, rounded } from "../words.ts";

export function effortSection({ algorithms }: ProgrammingComparison): Section {
  const table: Table = {
    columns: ["algorithm", ...effortColumns],
    rows: algorithms.map(({ name, pattern }) => [name, ...effortCells(pattern)]),
  };
  const body = html`<p>Of the devices that hold the levels. Converged: of those with a target above zero. The energy is an upper bound: every pulse at the whole supply voltage that the chip's envelope names. Chip time is that from the first to the last pulse, with the waits before late verification. Gradient descent judges weights, and devices that it may pulse have the outcome of their weight.</p>
${tableMarkup(table)}<p>${csvLink("yield-and-effort", table)}</p>`;
  return { id: "effort", title: "Yield and effort", parts: [body] };
}

export function comparedAccuracySection(
  { algorithms }: ProgrammingComparison,
  { name, weights, digital }: NonNullable<ProgrammingComparison["network"]>,
): Section {
  const rows = algorithms.flatMap(({ name: algorithm, network }) =>
    (network?.accuracies ?? []).map((found): Cell[] => [
      algorithm,
      formatDuration(found.ageSeconds),
      compensationName(found.compensation),
      rounded(100 * found.accuracy, 2),
      rounded(100 * found.interval.low, 2),
      rounded(100 * found.interval.high, 2),
    ]),
  );
  const table: Table = {
    columns: ["algorithm", "time", "compensation", "accuracy (%)", "95 % from", "to"],
    rows,
  };
  const effort: Table = {
    columns: ["algorithm", ...effortColumns],
    rows: algorithms.flatMap(({ name: algorithm, network }) =>
      network === undefined ? [] : [[algorithm, ...effortCells(network)]],
    ),
  };
  const parts = [
    html`<p>${name}, ${count(weights)} weights, ${count(digital.images)} images; digital baseline ${percent(digital.accuracy)}.</p>`,
    html`${tableMarkup(table)}<p>${csvLink("accuracy", table)}</p>`,
    html`<p>What programming it took:</p>${tableMarkup(effort)}<p>${csvLink("network-effort", effort)}</p>`,
  ];
  return { id: "accuracy", title: "Accuracy of the network", parts };
}

/** What each algorithm was told, and where its devices lie. */
export function parametersSection({ algorithms }: ProgrammingComparison): Section {
  const entry = ({ name, parameters, places }: ComparedAlgorithm) =>
    html`<details><summary>${name}</summary><p>${places.join("; ")}</p><p><code>${JSON.stringify(parameters)}</code></p></details>`;
  return { id: "parameters", title: "Parameters and places", parts: algorithms.map(entry) };
}

const effortColumns = [
  "devices",
  "converged (%)",
  ...cellOutcomes,
  "pulses a device",
  "most pulses",
  "energy a device up to (nJ)",
  "chip time (s)",
];

const effortCells = (effort: ProgrammingEffort): Cell[] => [
  effort.devices,
  rounded(100 * effort.convergedNonZeroShare, 3),
  ...cellOutcomes.map((outcome) => effort.outcomes[outcome]),
  rounded(effort.pulses / effort.devices, 2),
  effort.mostPulsesOfADevice,
  effort.energyUpToJoules === null ? null : rounded((1e9 * effort.energyUpToJoules) / effort.devices, 2),
  rounded(effort.chipSeconds, 3),
];
