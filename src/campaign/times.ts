/** Times of a plan: lists, and ranges that are spaced evenly on the logarithmic axis of drift. */

import { LabError } from "../core/errors.ts";
import { parseQuantity } from "../core/units.ts";

/** More would be a slip of the pen. */
const maxTimes = 10_000;

/**
 * "25s,1h" and ranges as "1min..30d/12": from the first time to the last, both included, 12 to a decade. Rising, without repeats.
 * @throws LabError USAGE.
 */
export function parseTimes(text: string): number[] {
  const times = text.split(",").flatMap((part) => (part.includes("..") ? range(part) : [time(part)]));
  return [...new Set(times)].sort((a, b) => a - b);
}

function range(part: string): number[] {
  const match = /^(.+)\.\.(.+)\/\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
  const [, from, to, density] = match ?? [];
  if (from === undefined || to === undefined || density === undefined)
    throw wrong(part, "is no range of times", "write it like 1min..30d/12: first, last, times per decade");
  return logSpaced(time(from), time(to), Number(density), part);
}

function logSpaced(first: number, last: number, perDecade: number, part: string): number[] {
  if (!(first > 0 && last > first && perDecade > 0))
    throw wrong(
      part,
      "is no range of times",
      "begin above 0, end later, and give a number of times per decade",
    );
  // A last step that is shorter than a thousandth of the others is the last time itself, rounded.
  const steps = Math.ceil(perDecade * Math.log10(last / first) - 1e-3);
  if (steps > maxTimes) throw wrong(part, `is ${steps} times`, `give fewer than ${maxTimes}`);
  const between = Array.from({ length: steps }, (_, n) => first * 10 ** (n / perDecade));
  return [...between, last];
}

function time(text: string): number {
  const seconds = parseQuantity(text, "s");
  if (seconds >= 0) return seconds;
  throw wrong(text, "is negative", "give times such as 25s, 1h, 1d");
}

/** Every so often, the first time right away. @throws LabError USAGE when that would be too often. */
export function every(stepSeconds: number, untilSeconds: number): number[] {
  const count = Math.floor(untilSeconds / stepSeconds + 1e-9) + 1;
  if (!(stepSeconds > 0) || count > 10 * maxTimes)
    throw wrong(`every ${stepSeconds} s`, `is ${count} times`, "measure less often");
  return Array.from({ length: count }, (_, n) => n * stepSeconds);
}

const wrong = (text: string, problem: string, next: string): LabError =>
  new LabError("USAGE", `"${text.trim()}" ${problem}`, { next });
