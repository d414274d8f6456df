/** Looks at this machine and says what to mend; ends with a failure when something cannot work. */

import { dirname, resolve } from "node:path";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { diagnose } from "../doctor/checks.ts";
import { collectFacts } from "../doctor/collect.ts";
import type { Diagnosis } from "../doctor/diagnosis.ts";
import { udevRules } from "../doctor/udev.ts";
import { ledgerFolder } from "../ledger-folder.ts";

export interface DoctorArguments {
  readonly udev: boolean;
  /** A store, or the file of one that is to be begun. */
  readonly store?: string | undefined;
  readonly ledger?: string | undefined;
}

/** @throws LabError ENVIRONMENT when there is a problem, after all has been printed. */
export async function doctor({ udev, store, ledger }: DoctorArguments, context: Context): Promise<void> {
  const rules = udevRules();
  if (udev) return context.output.result({ udevRules: rules }, rules.join("\n"));
  const places = { stores: dirname(resolve(store ?? "run.db")), ledgers: resolve(ledgerFolder(ledger)) };
  const found = diagnose(await collectFacts(places, context.clock.wallSeconds()));
  context.output.result({ findings: found, udevRules: rules }, textOfDiagnoses(found));
  const problems = found.filter(({ level }) => level === "problem").length;
  if (problems === 0) return;
  const text = `${problems} problem${problems === 1 ? "" : "s"} on this machine`;
  throw new LabError("ENVIRONMENT", text, { next: "run the commands above, then `pcmlab doctor` again" });
}

export function textOfDiagnoses(found: readonly Diagnosis[]): string {
  const width = Math.max(...found.map(({ level }) => level.length));
  return found
    .map(({ level, subject, text, mend }) => {
      const line = `${level.padEnd(width)}  ${subject}: ${text}`;
      return mend === undefined ? line : `${line}\n${"".padEnd(width)}  mend: ${mend}`;
    })
    .join("\n");
}
