/** The outcome of a whole run. */

import type { Descriptor } from "../chip/descriptor.ts";
import type { Verdict } from "./rule.ts";

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
}

export function countsOf(results: readonly RuleResult[]): Counts {
  const count = (kind: Verdict["kind"]): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length;
  return { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
}

/** Every rule that applied was kept, and the run came to its end. */
export const conforms = ({ results, endedEarly }: Report): boolean =>
  endedEarly === undefined && countsOf(results).failed === 0;
