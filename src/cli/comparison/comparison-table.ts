/** The tables that `pcmlab compare-programming` prints. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { formatDuration, microsiemens } from "../../core/units.ts";
import {
  type AgeErrors,
  type ProgrammingComparison,
  type ProgrammingEffort,
  publishedError,
} from "../../report/statistics/programming-comparison.ts";

export function comparisonText(comparison: ProgrammingComparison): string {
  const { chip, algorithms, network, unfinished } = comparison;
  const ages = [...new Set(algorithms.flatMap((one) => one.ages.map(({ ageSeconds }) => ageSeconds)))];
  const emulated =
    chip.profile === undefined ? "" : `, an emulated ${chip.profile} of seed ${chip.seed} for each algorithm`;
  return [
    `${chip.name}${emulated}`,
    `${comparison.weightsPerLevel.toLocaleString("en")} weights of each level and more, ${comparison.devicesPerWeight} devices a weight, gmax ${inMicrosiemens(comparison.gmaxSiemens)} µS, calibration ${comparison.calibration}`,
    "",
    aligned([
      ["levels", "converged", "not converged", "pulses/device", "most", "energy/device", "chip time"],
      ...algorithms.map(({ name, pattern }) => [name, ...effortCells(pattern)]),
    ]),
    ...ages.flatMap((age) => ["", errorTable(comparison, age)]),
    ...(network === undefined ? [] : ["", networkTable(comparison, network)]),
    ...(algorithms.some(({ algorithm }) => algorithm === "gradient-descent")
      ? [
          "",
          "gradient-descent judges weights by their products, and their devices have the outcome of the weight",
        ]
      : []),
    ...(unfinished === undefined ? [] : ["", `not finished: ${unfinished}`]),
  ].join("\n");
}

/** Levels down, algorithms across; what is of all levels at the end. */
function errorTable(comparison: ProgrammingComparison, age: number): string {
  const { algorithms, largestSiemens, productsInArray } = comparison;
  const found = algorithms.map(({ ages }) => ages.find(({ ageSeconds }) => ageSeconds === age));
  const levels = [...new Set(found.flatMap((errors) => errors?.all.map(({ g }) => g) ?? []))].sort(
    (a, b) => a - b,
  );
  const across = (value: (errors: AgeErrors) => string): string[] =>
    found.map((errors) => (errors === undefined ? "–" : value(errors)));
  const where = productsInArray ? "in the array" : "of the readings";
  return aligned([
    [`error at ${formatDuration(age)} (µS)`, ...algorithms.map(({ name }) => name), "published"],
    ...levels.map((g) => [
      `${inMicrosiemens(g * largestSiemens)} µS`,
      ...across(({ converged }) => errorText(converged.find((level) => level.g === g)?.errorSiemens)),
      errorText(publishedError(g, comparison)),
    ]),
    ["median", ...across(({ medianErrorSiemens }) => errorText(medianErrorSiemens)), ""],
    ["median, all", ...across(({ medianErrorOfAllSiemens }) => errorText(medianErrorOfAllSiemens)), ""],
    [`MVM error ${where}`, ...across(({ mvmError }) => percent(mvmError)), ""],
    ["oldest reading", ...across(({ oldestSeconds }) => formatDuration(oldestSeconds)), ""],
  ]);
}

function networkTable(
  { algorithms }: ProgrammingComparison,
  { name, digital }: NonNullable<ProgrammingComparison["network"]>,
): string {
  const keys = algorithms.flatMap(({ network }) => network?.accuracies ?? []);
  const columns = [...new Map(keys.map((one) => [columnOf(one), one])).keys()];
  return aligned([
    [name, "converged", "not converged", "pulses/device", "most", "energy/device", "chip time", ...columns],
    ...algorithms.flatMap(({ name: algorithm, network }) =>
      network === undefined
        ? []
        : [
            [
              algorithm,
              ...effortCells(network),
              ...columns.map((column) =>
                percent(network.accuracies.find((one) => columnOf(one) === column)?.accuracy),
              ),
            ],
          ],
    ),
    ["digital", "", "", "", "", "", "", ...columns.map(() => percent(digital.accuracy))],
  ]);
}

const columnOf = ({
  ageSeconds,
  compensation,
}: {
  readonly ageSeconds: number;
  readonly compensation: string;
}): string => `${formatDuration(ageSeconds)} ${compensation}`;

const effortCells = (effort: ProgrammingEffort): string[] => [
  percent(effort.convergedNonZeroShare),
  othersText(effort.outcomes),
  (effort.pulses / effort.devices).toFixed(1),
  String(effort.mostPulsesOfADevice),
  effort.energyUpToJoules === null
    ? "unknown"
    : `<= ${((1e9 * effort.energyUpToJoules) / effort.devices).toPrecision(3)} nJ`,
  formatDuration(effort.chipSeconds),
];

const othersText = (outcomes: ProgrammingEffort["outcomes"]): string =>
  cellOutcomes
    .filter((outcome) => outcome !== "converged" && outcomes[outcome] > 0)
    .map((outcome) => `${outcomes[outcome]} ${outcome}`)
    .join(", ") || "none";

const inMicrosiemens = (siemens: number): number => Number(microsiemens(siemens).toPrecision(4));
const errorText = (siemens: number | undefined): string =>
  siemens === undefined ? "–" : microsiemens(siemens).toFixed(2);
const percent = (share: number | undefined): string =>
  share === undefined ? "–" : `${(100 * share).toFixed(2)} %`;

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
