/** Runs rules against a board, one after the other, each with a board that listens and whose status is cleared. */

import type { Transport } from "../../drivers/transport/transport.ts";
import type { Descriptor } from "../chip/descriptor.ts";
import type { Region } from "../chip/region.ts";
import { bytesOf } from "../core/bytes.ts";
import type { Timer } from "../core/clock.ts";
import type { Reach } from "./access.ts";
import { type Board, lastCell } from "./board.ts";
import { Ear } from "./ear.ts";
import { assertNotLocked, described, identification, offeredLink } from "./first-contact.ts";
import { LineProbe } from "./line-probe.ts";
import { type Patience, patience as usualPatience } from "./patience.ts";
import type { Report, RuleResult } from "./report.ts";
import type { Rule, Verdict } from "./rule.ts";

export interface RunOptions extends Reach {
  readonly transport: Transport;
  readonly timer: Timer;
  readonly rules: readonly Rule[];
  /** Whether rules that pulse may run. */
  readonly pulses: boolean;
  /** A serial line when missing. */
  readonly cable?: Board["cable"];
  /** The one cell that gets pulses; the last of the last array of devices when missing. */
  readonly cellFrom?: ((descriptor: Descriptor) => Region) | undefined;
  readonly patience?: Patience;
  readonly stop?: AbortSignal;
  /** Called before each rule. */
  readonly beginning?: (rule: Rule) => void;
}

const noDescriptor = "no request can be built without a descriptor that follows section 7 of this version";

/** @throws LabError NO_ANSWER, NOT_OURS, PORT_BUSY, LOCKED when there is nothing to check; the transport is closed in the end. */
export async function runConformance(options: RunOptions): Promise<Report> {
  const { transport, timer, rules, patience = usualPatience } = options;
  const ear = new Ear(transport, timer);
  try {
    const idn = await identification(ear, patience);
    const found = await described(ear, patience);
    if (found.ok) {
      await assertNotLocked(ear, found.descriptor, patience);
      return await run(options, ear, idn, found.descriptor);
    }
    const results = rules.map((rule): RuleResult => {
      const failed = rule.id === found.rule;
      return resultOf(rule, failed ? { kind: "fail", ...found.seen } : unchecked(noDescriptor));
    });
    return { identification: idn, descriptor: undefined, results, pulses: 0, endedEarly: undefined };
  } finally {
    await ear.close();
  }
}

async function run(options: RunOptions, ear: Ear, idn: string, descriptor: Descriptor): Promise<Report> {
  const { timer, rules, patience = usualPatience, cable = "serial", cellFrom = lastCell } = options;
  const board: Board = {
    identification: idn,
    descriptor,
    cell: cellFrom(descriptor),
    cable,
    link: await offeredLink(ear, idn, patience),
    overLink: options.port !== undefined,
  };
  const probe = new LineProbe(ear, board, timer, patience, options);
  let late = false;
  const cancel = timer.after(patience.totalSeconds, () => {
    late = true;
  });
  const results: RuleResult[] = [];
  let endedEarly: string | undefined;
  for (const rule of rules) {
    endedEarly ??= options.stop?.aborted ? "stopped by the user" : undefined;
    endedEarly ??= late ? `the time for all rules, ${patience.totalSeconds} s, is over` : undefined;
    const skip = endedEarly === undefined ? skipOf(rule, board, options.pulses) : unchecked(endedEarly);
    if (skip !== undefined) {
      results.push(resultOf(rule, skip));
      continue;
    }
    options.beginning?.(rule);
    const verdict = await checked(rule, probe);
    results.push(resultOf(rule, verdict));
    if (verdict.kind === "fail" && !(await probe.recover()))
      endedEarly = `the board does not answer any more after ${rule.id}`;
  }
  cancel();
  await probe.leave();
  return { identification: idn, descriptor, results, pulses: probe.pulsesAsked, endedEarly };
}

/** With no errors and events from before, and with masks as after power-up. */
async function checked(rule: Rule, probe: LineProbe): Promise<Verdict> {
  const { ended } = await probe.exchange(bytesOf("*CLS\n*ESE 0\n*SRE 0\n"));
  if (ended !== "complete" && !(await probe.recover())) {
    return {
      kind: "fail",
      sent: "*CLS\\n*ESE 0\\n*SRE 0\\n*IDN?\\n",
      expected: "*IDN? answered",
      came: ended,
    };
  }
  return rule.check(probe);
}

function skipOf(rule: Rule, board: Board, pulses: boolean): Verdict | undefined {
  if (rule.stream && board.cable === "usb")
    return { kind: "skip", applies: false, reason: "this cable has no silence inside a message" };
  if (rule.silence && board.overLink)
    return { kind: "skip", applies: false, reason: "a message that travels in frames may rest" };
  if (!rule.pulses || pulses) return undefined;
  // What the descriptor does not offer would be skipped with pulses, too.
  const reason = rule.unless(board);
  return reason === undefined
    ? unchecked("may pulse one cell: give --pulses to allow it")
    : { kind: "skip", applies: false, reason };
}

const unchecked = (reason: string): Verdict => ({ kind: "skip", applies: true, reason });

const resultOf = ({ id, section, must }: Rule, verdict: Verdict): RuleResult => ({
  id,
  section,
  must,
  verdict,
});
