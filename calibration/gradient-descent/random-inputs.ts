/** Random signed inputs of matrix-vector products (FACTS 8.3 a: synthetic random inputs). */

import type { Prng } from "../../src/core/prng.ts";

/**
 * `uniform`: all codes are equally likely. `normal`: standard deviation of a third of the largest code, cut off there.
 * `sign`: the largest code of either sign, or 0 for the given part of the inputs, as after a ReLU.
 */
export type InputDistribution =
  | { readonly kind: "uniform" }
  | { readonly kind: "normal" }
  | { readonly kind: "sign"; readonly zeroShare: number };

/** `count` codes from -largest to largest. */
export function randomInputs(
  distribution: InputDistribution,
  count: number,
  largest: number,
  random: Prng,
): Int8Array {
  const draw = drawOf(distribution, largest, random);
  const inputs = new Int8Array(count);
  for (let n = 0; n < count; n++) inputs[n] = draw();
  return inputs;
}

function drawOf(distribution: InputDistribution, largest: number, random: Prng): () => number {
  switch (distribution.kind) {
    case "uniform":
      return () => random.below(2 * largest + 1) - largest;
    case "normal":
      return () => Math.max(-largest, Math.min(largest, Math.round((random.normal() * largest) / 3)));
    case "sign":
      return () =>
        random.uniform() < distribution.zeroShare ? 0 : random.uniform() < 0.5 ? -largest : largest;
  }
}
