/** The outcome of a whole run. */

import type { Descriptor } from "../chip/descriptor.ts";
import type { Rule, Verdict } from "./rule.ts";

export interface RuleResult {
  readonly id: string;
  readonly section: string;
  readonly must: string;
  readonly verdict: Verdict;
}

export interface Report {
  readonly identification: string;
  /** Missing when the board has none that can be used. */
  readonly descriptor: Descriptor | undefined;
  readonly results: readonly RuleResult[];
  /** Pulses that were asked of the board by requests that it must accept. */
  readonly pulses: number;
  /** Why the run ended before its last rule. */
  readonly endedEarly: string | undefined;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of those that were skipped: the board offers what they are about, and nobody knows whether it keeps them. */
  readonly unchecked: number;
}

export function countsOf(results: readonly RuleResult[]): Counts {
  const count = (kind: Verdict["kind"]): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length;
  return {
    passed: count("pass"),
    failed: count("fail"),
    skipped: count("skip"),
    unchecked: results.filter(({ verdict }) => verdict.kind === "skip" && verdict.applies).length,
  };
}

/**
 * Pulses that the probed cell got: those that were asked for, unless a rule about pulses is broken.
 * @param rules those that were checked.
 * @returns undefined when a board that may have pulsed against the rules may have given more.
 */
export function pulsesGiven({ results, pulses }: Report, rules: readonly Rule[]): number | undefined {
  const pulsing = new Set(rules.filter((rule) => rule.pulses).map(({ id }) => id));
  const inDoubt = results.some(({ id, verdict }) => verdict.kind === "fail" && pulsing.has(id));
  return inDoubt ? undefined : pulses;
}

/** `incomplete`: no rule is known to be broken, but not every rule that applies to the board was checked. */
export type Conformance = "conforms" | "incomplete" | "broken";

/** Of the rules that were chosen. */
export function conformanceOf({ results, endedEarly }: Report): Conformance {
  const { failed, unchecked } = countsOf(results);
  if (failed > 0) return "broken";
  return unchecked > 0 || endedEarly !== undefined ? "incomplete" : "conforms";
}
