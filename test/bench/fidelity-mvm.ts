/** The MVM of a whole HERMES core beside what is published and what the laws of its devices predict. */

import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator } from "../physics/lab.ts";
import { type MvmErrors, measureMvm, programWeights } from "../physics/mvm.ts";

const seed = 1;
const cells = { row: 0, column: 0, rows: 256, columns: 256 };
const agesSeconds = [3600, 86_400];

/** At each age; `published` of the comparisons is what the laws of FACTS 7.4 and 7.6 add up to. */
export async function mvmFidelity(): Promise<readonly MvmErrors[]> {
  const chip = await openEmulator(builtinProfile("hermes-core"), seed);
  const programmed = await programWeights(chip, cells, seed);
  const errors: MvmErrors[] = [];
  for (const age of agesSeconds) errors.push(await measureMvm(chip, programmed, age));
  return errors;
}
