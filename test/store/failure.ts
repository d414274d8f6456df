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

/** The LabError that a promise is rejected with; fails when it is not, or with something else. */
export async function labErrorFrom(work: Promise<unknown>): Promise<LabError> {
  const thrown = await work.then(() => new Error("nothing was thrown")).catch((failure: unknown) => failure);
  if (thrown instanceof LabError) return thrown;
  throw thrown;
}
