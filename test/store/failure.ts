/** What a call throws, for looking at. */

import { LabError } from "../../src/core/errors.ts";

/** The LabError that a call throws; fails when it throws nothing or something else. */
export function labErrorOf(call: () => unknown): LabError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
