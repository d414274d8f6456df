/** Looks at this machine and says what to mend; ends with a failure when something cannot work. */

import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { type Diagnosis, diagnose } from "../doctor/checks.ts";
import { collectFacts } from "../doctor/collect.ts";
import { udevRules } from "../doctor/udev.ts";

/** @throws LabError ENVIRONMENT when there is a problem, after all has been printed. */
export async function doctor({ udev }: { readonly udev: boolean }, context: Context): Promise<void> {
  const rules = udevRules();
  if (udev) return context.output.result({ udevRules: rules }, rules.join("\n"));
  const found = diagnose(await collectFacts());
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
