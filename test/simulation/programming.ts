/** Work as `pcmlab program` does it: a region is programmed and verified, from the beginning again when the board was lost for good. */

import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { RegionUnfinished } from "../../calibration/program-verify/region-programming.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import type { Prng } from "../../src/core/prng.ts";
import type { Books } from "./books.ts";
import { wholeArray } from "./silicon.ts";

const largestTargetSiemens = 25e-6;

export const someTargets = (prng: Prng): Float32Array =>
  Float32Array.from({ length: cellCount(wholeArray) }, () =>
    prng.below(3) === 0 ? 0 : largestTargetSiemens * prng.uniform(),
  );

/** @throws what the chip throws; what was done until then is in the books. */
export async function programOnce(targets: Float32Array, chip: OpenedChip, books: Books): Promise<void> {
  const options = {
    parameters: parametersFor(chip.descriptor),
    calibration: nominalCalibration(chip.descriptor),
  };
  try {
    books.add(wholeArray, await programRegion(chip, wholeArray, targets, options));
  } catch (failure) {
    if (!(failure instanceof RegionUnfinished)) throw failure;
    books.add(wholeArray, failure.programming);
    throw failure.cause;
  }
}
