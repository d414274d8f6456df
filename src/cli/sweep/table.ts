/** A sweep as people read it: loss against the digital network by time and compensation. */

import { formatDuration } from "../../core/units.ts";
import type { SweptPoint } from "../../report/sweep.ts";

const width = 18;

export function sweepTable(points: readonly SweptPoint[], digital: number): string {
  const variants = [...new Set(points.map(({ variant }) => variant))];
  const most = points.reduce((count, { instances }) => Math.max(count, instances), 0);
  return [
    `loss of accuracy in % of the images (mean and standard deviation of ${most} chips); digital ${(100 * digital).toFixed(2)} %`,
    ...variants.flatMap((variant) => [
      "",
      variant,
      ...lines(points.filter((point) => point.variant === variant)),
    ]),
  ].join("\n");
}

function lines(points: readonly SweptPoint[]): string[] {
  const ages = [...new Set(points.map(({ ageSeconds }) => ageSeconds))];
  const names = [...new Set(points.map(({ compensation }) => compensation))];
  const row = (head: string, cells: readonly string[]): string =>
    [head.padEnd(10), ...cells.map((cell) => cell.padStart(width))].join("");
  const cell = (age: number, name: string): string => {
    const point = points.find(({ ageSeconds, compensation }) => ageSeconds === age && compensation === name);
    if (point === undefined) return "";
    const deviation = point.deviation === null ? "" : ` ± ${(100 * point.deviation).toFixed(2)}`;
    return `${(100 * point.drop).toFixed(2)}${deviation}`;
  };
  return [
    row("", names),
    ...ages.map((age) =>
      row(
        formatDuration(age),
        names.map((name) => cell(age, name)),
      ),
    ),
  ];
}
