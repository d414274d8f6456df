/** The algorithms that a comparison names, each perhaps with late verification: "melt-quench,residual+late:5s,20s". */

import { type MethodName, methodNames } from "../../../calibration/methods/names.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseQuantity } from "../../core/units.ts";

export interface Contestant {
  /** Unique in its comparison. */
  readonly name: string;
  readonly algorithm: MethodName;
  /** Seconds after the programming of a block, rising; none for no late verification. */
  readonly verifyAtSeconds: readonly number[];
}

/** Of `NAME+late` without times. */
const usualLateSeconds = [5, 20];

/** @throws LabError USAGE for a word that is no algorithm, times that are none, and the same contestant twice. */
export function parseContestants(text: string): Contestant[] {
  const contestants = wordsOf(text).map(contestantOf);
  const names = contestants.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw unusable(`${twice} stands there twice`, "name every algorithm once, or with different times");
  return contestants;
}

/** A part that begins with a digit is one more time of the contestant before it. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const part of text.split(",").map((word) => word.trim())) {
    const last = words.length - 1;
    if (/^[\d.]/.test(part) && last >= 0) words[last] = `${words[last]},${part}`;
    else words.push(part);
  }
  return words;
}

function contestantOf(word: string): Contestant {
  const [, name = "", late, times] = /^([a-z-]+)(\+late(?::(.+))?)?$/.exec(word) ?? [];
  const algorithm = methodNames.find((known) => known === name);
  if (algorithm === undefined) throw unusable(`"${word}" is none`, `choose from ${methodNames.join(", ")}`);
  if (late === undefined) return { name: algorithm, algorithm, verifyAtSeconds: [] };
  const verifyAtSeconds = times === undefined ? usualLateSeconds : lateSeconds(word, times);
  const shown = verifyAtSeconds.map((seconds) => formatDuration(seconds).replace(" ", "")).join(",");
  return { name: `${algorithm}+late:${shown}`, algorithm, verifyAtSeconds };
}

function lateSeconds(word: string, times: string): number[] {
  const seconds = times.split(",").map((time) => parseQuantity(time, "s"));
  if (seconds.every((time) => time > 0)) return [...new Set(seconds)].sort((a, b) => a - b);
  throw unusable(`the times of ${word} must be above zero`, "give times such as +late:5s,20s");
}

const unusable = (problem: string, next: string): LabError =>
  new LabError("USAGE", `--algorithms: ${problem}`, { next });
