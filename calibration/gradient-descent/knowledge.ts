/** What a programming by program-verify leaves known of the devices of unit cells. */

import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { codeOf } from "../program-verify/band-state.ts";
import type { BlockProgramming } from "../program-verify/block-programming.ts";
import type { DeviceKnowledge } from "./state.ts";

const programmable: readonly number[] = [codeOf("converged"), codeOf("exhausted")];

/**
 * @param block with one part for each device of a weight.
 * @param programming of that block by an algorithm whose last pulses are melting ones with feedback, such as melt-quench; devices with
 * targets up to `zeroSiemens`, and those that were accepted without a feedback pulse, have an amplitude that nobody knows.
 */
export function knowledgeAfter(
  { devicesPerWeight, parts, rows, columns }: WeightBlock,
  { states }: Pick<BlockProgramming, "states">,
  zeroSiemens: number,
): DeviceKnowledge {
  const weights = rows * columns;
  const amperes = new Float32Array(devicesPerWeight * weights);
  const siemens = new Float32Array(amperes.length);
  const barred = new Uint8Array(amperes.length);
  let first = 0;
  for (const state of states) {
    const count = state.amperes.length / devicesPerWeight;
    for (const [part, { devices }] of parts.entries()) {
      for (let n = 0; n < count; n++) {
        const from = part * count + n;
        const to = devices[0]! * weights + first + n;
        const melted = state.iterations[from]! > 0 && state.targets[from]! > zeroSiemens;
        amperes[to] = melted ? state.amperes[from]! : 0;
        siemens[to] = state.estimates[from]!;
        barred[to] = programmable.includes(state.outcomes[from]!) ? 0 : 1;
      }
    }
    first += count;
  }
  if (first !== weights) throw new RangeError(`states of ${first} weights for a block of ${weights}`);
  return { amperes, siemens, barred };
}
