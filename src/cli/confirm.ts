/** Before something is lost for good: what, and a yes, by --yes or from the person at the terminal. */

import { LabError } from "../core/errors.ts";
import type { Context } from "./context.ts";

/**
 * @param what will be done, as a sentence without its end.
 * @param otherwise what to do where nobody is there to answer.
 * @throws LabError USAGE when nobody is there to answer, INTERRUPTED when the answer is no.
 */
export async function confirmed(
  what: string,
  isYes: boolean | undefined,
  { ask, output }: Pick<Context, "ask" | "output">,
  otherwise = "add --yes",
): Promise<void> {
  if (isYes === true) return output.note(what);
  if (ask === undefined)
    throw new LabError("USAGE", `${what}; nobody is here to agree to that`, { next: otherwise });
  if (await ask(`${what}. Go on? [y/N] `)) return;
  throw new LabError("INTERRUPTED", "nothing was done", { next: "answer y, or add --yes" });
}

/** Whether an answer is a yes. */
export const isYes = (answer: string): boolean => /^\s*y(es)?\s*$/i.test(answer);
