/** The table of accuracies that `pcmlab infer` and `pcmlab demo` print. */

import { formatDuration } from "../../core/units.ts";
import type { InferResult } from "./infer-all.ts";

export interface Accuracy {
  readonly correct: number;
  readonly images: number;
  /** Fraction of correct images, with its 95 % Wilson interval. */
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
}

const cellWidth = 22;

/** One row a time, one column a compensation, in percent. */
export function inferenceTable(result: InferResult): string {
  const methods = [...new Set(result.accuracies.map(({ compensation }) => compensation))];
  const ages = [...new Set(result.accuracies.map(({ ageSeconds }) => ageSeconds))];
  const row = (head: string, cells: readonly string[]): string =>
    [head.padEnd(10), ...cells.map((cell) => cell.padStart(cellWidth))].join("");
  const at = (age: number, method: string): string => {
    const found = result.accuracies.find(
      (entry) => entry.ageSeconds === age && entry.compensation === method,
    );
    return found === undefined ? "" : percent(found);
  };
  return [
    `${result.network}, ${result.images.toLocaleString("en")} images: accuracy in %, 95 % interval`,
    row("", methods),
    ...ages.map((age) =>
      row(
        formatDuration(age),
        methods.map((method) => at(age, method)),
      ),
    ),
    row("digital", [percent(result.digital)]),
    `conductances by calibration ${calibrationsOf(result).join(", ")}`,
    ...(result.modelled === null ? [] : [`modelled beside them: ${result.modelled}`]),
  ].join("\n");
}

const calibrationsOf = ({ accuracies }: InferResult): string[] => [
  ...new Set(
    accuracies.flatMap(({ calibrations }) => calibrations.map((name) => name.replace(/^calibration /, ""))),
  ),
];

const percent = ({ accuracy, interval }: Accuracy): string =>
  `${hundred(accuracy)} (${hundred(interval.low)}-${hundred(interval.high)})`;

const hundred = (fraction: number): string => (100 * fraction).toFixed(2);
