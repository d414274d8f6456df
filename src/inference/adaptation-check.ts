/**
 * Whether AdaBS does harm by itself: the digital network, adapted with the calibration images, should be as accurate as before.
 * It is not when the images are unlike those of the training, for example without its crops and flips (FACTS 1.7: 1.6 % lost).
 */

import { seededPrng } from "../core/prng.ts";
import type { Network } from "../network/layer.ts";
import { adaptBatchNorm } from "./adabs.ts";
import type { CalibrationInput } from "./compensation.ts";
import { type Evaluation, evaluate } from "./executor.ts";
import { digitalParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { assertDisjoint } from "./overlap.ts";

/** A loss above this, in percent of the test images, is worth a warning. */
export const tolerablePercent = 0.5;

export interface AdaptationCheck {
  readonly plain: Evaluation;
  readonly adapted: Evaluation;
  /** Accuracy lost by adapting, in percent of the test images; negative when it was gained. */
  readonly lostPercent: number;
  /** A sentence for the user when the loss is above 0.5 %, with what to change. */
  readonly warning: string | undefined;
}

/** Runs the test images twice through the digital network: with its own and with adapted statistics. @throws LabError BAD_DATA when images overlap or do not fit. */
export async function checkAdaptation(
  network: Network,
  test: ImageSet,
  { images, seed, ...calibration }: CalibrationInput,
): Promise<AdaptationCheck> {
  assertDisjoint(images, test);
  const { normalisation, threads } = calibration;
  const options = { normalisation, ...(threads === undefined ? {} : { threads }) };
  const digital = digitalParameters(network);
  const plain = await evaluate(network, digital, test, options);
  const batchNorms = await adaptBatchNorm(network, digital, images, {
    ...calibration,
    prng: seededPrng(seed),
  });
  const adapted = await evaluate(network, { ...digital, batchNorms }, test, options);
  const lostPercent = (100 * (plain.correct - adapted.correct)) / test.count;
  return { plain, adapted, lostPercent, warning: warningOf(lostPercent, test.count) };
}

function warningOf(lostPercent: number, count: number): string | undefined {
  if (lostPercent <= tolerablePercent) return undefined;
  return (
    `AdaBS alone costs the digital network ${lostPercent.toFixed(1)} % on ${count} test images: ` +
    `the calibration images are unlike the training images; augment them as in training (for example crop4,flip)`
  );
}
