/** The accuracies of all instances as means with intervals. */

import { student95 } from "../../../calibration/drift/student.ts";
import type { SweptPoint } from "../../report/sweep.ts";

/** Of one instance, at one time, with one compensation; fractions. */
export interface InstanceAccuracy {
  readonly variant: string;
  readonly seed: number;
  readonly ageSeconds: number;
  readonly compensation: string;
  readonly accuracy: number;
  /** Of the same network with its exact weights, on the same images. */
  readonly digital: number;
}

/** In the order in which they first appear; the intervals are of the mean by Student's t. */
export function sweepPoints(accuracies: readonly InstanceAccuracy[]): SweptPoint[] {
  const groups = new Map<string, InstanceAccuracy[]>();
  for (const one of accuracies) {
    const key = JSON.stringify([one.variant, one.compensation, one.ageSeconds]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group): SweptPoint[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { variant, compensation, ageSeconds } = first;
    const accuracy = mean(group.map((one) => one.accuracy));
    const deviation = spread(group.map((one) => one.accuracy));
    return [
      {
        ...{ variant, compensation, ageSeconds, instances: group.length, accuracy, deviation },
        interval: intervalOf(accuracy, deviation, group.length),
        drop: mean(group.map((one) => one.digital - one.accuracy)),
      },
    ];
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation; null with one value. */
export function spread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Of 95 % of a mean of so many fractions, by Student's t; null without a deviation. */
export function intervalOf(centre: number, deviation: number | null, count: number): SweptPoint["interval"] {
  if (deviation === null) return null;
  const half = (student95(count - 1) * deviation) / Math.sqrt(count);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
