/** A rule of SPEC.md as data: what a board must do, and how to find out whether it does. */

import type { Board } from "./board.ts";
import { Mismatch, NotApplicable, type Seen, Unchecked } from "./mismatch.ts";
import type { Probe } from "./probe.ts";

export type Verdict =
  | { readonly kind: "pass" }
  | ({ readonly kind: "fail" } & Seen)
  /** `applies`: the board offers what the rule is about, and it was not checked. */
  | { readonly kind: "skip"; readonly applies: boolean; readonly reason: string };

export interface Rule {
  /** Stable: group, dot, name. */
  readonly id: string;
  /** Of SPEC.md. */
  readonly section: string;
  /** What the board must do, without its subject: "ends a message at LF". */
  readonly must: string;
  /** Gives pulses, or would give one on a board that does not refuse what it must. */
  readonly pulses: boolean;
  /** Rests inside a message or chops it, which only a cable that carries a stream of bytes can do. */
  readonly stream: boolean;
  /** Rests until the board gives a message up, which it does in plain lines alone. */
  readonly silence: boolean;
  /** Why the rule does not apply to a board; undefined when it does. */
  unless(board: Board): string | undefined;
  check(probe: Probe): Promise<Verdict>;
}

interface Kind {
  readonly pulses?: boolean;
  readonly stream?: boolean;
  readonly silence?: boolean;
  /** Why the rule does not apply to this board; undefined when it does. */
  readonly unless?: (board: Board) => string | undefined;
}

/** A rule whose check comes back when the board did as it must, and throws Mismatch, NotApplicable or Unchecked. */
export function rule(
  id: string,
  section: string,
  must: string,
  check: (probe: Probe) => Promise<unknown>,
  { pulses = false, stream = false, silence = false, unless = () => undefined }: Kind = {},
): Rule {
  const checked = async (probe: Probe): Promise<Verdict> => {
    const reason = unless(probe.board);
    if (reason !== undefined) return { kind: "skip", applies: false, reason };
    try {
      await check(probe);
      return { kind: "pass" };
    } catch (thrown) {
      return verdictOf(thrown);
    }
  };
  return { id, section, must, pulses, stream, silence, unless, check: checked };
}

function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof NotApplicable) return { kind: "skip", applies: false, reason: thrown.message };
  if (thrown instanceof Unchecked) return { kind: "skip", applies: true, reason: thrown.message };
  if (thrown instanceof Mismatch) return { kind: "fail", ...thrown.seen };
  throw thrown;
}
