/** Opens the board for an inference some of whose layers run on it. */

import type { Chip } from "../../chip/chip.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { mvmAbility } from "../../chip/mvm.ts";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { parseInputRange } from "../../inference/array-model/input-range.ts";
import { calibrateRanges } from "../../inference/array-model/ranges.ts";
import type { Store } from "../../store/store.ts";
import { assertNoCampaignRuns } from "../campaign/assert-free.ts";
import type { Context } from "../context.ts";
import { ChipArrays } from "./chip-arrays.ts";
import type { InferArguments, Inputs } from "./infer-inputs.ts";
import type { LineRemarks } from "./line-remarks.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface OnChip {
  readonly chip: Chip;
  readonly remarks: LineRemarks;
  readonly arrays: ChipArrays;
}

/** How the board is reached; it needs a name only when a layer runs on it. */
export interface MaybeChipArguments extends Omit<ChipArguments, "chip" | "baud"> {
  readonly chip?: string | undefined;
  readonly baud?: number | undefined;
}

/** @throws LabError USAGE without a board, STORE_CONTENT when it is not the chip of the store as it was programmed. */
export async function withChipArrays<T>(
  args: InferArguments & MaybeChipArguments,
  inputs: Inputs,
  store: Store,
  context: Context,
  work: (on: OnChip) => Promise<T>,
): Promise<T> {
  const { chip: resource, baud } = args;
  if (resource === undefined || baud === undefined)
    throw new LabError("USAGE", "the engine chip needs a board", {
      next: "add --chip PORT, the board that holds the network, or use --engine readout",
    });
  const { calibration } = inputs;
  if (calibration === undefined) throw new TypeError("the ranges of inputs need calibration images");
  assertNoCampaignRuns(store, context.clock.wallSeconds());
  return withChip({ ...args, chip: resource, baud }, context, async (chip, board, remarks) => {
    store.chips.assertSame(chip.descriptor);
    const phases = args.phases ?? 1;
    const { seed } = calibration;
    const ranges = { inputRanges: await inputRanges(args, store, inputs, chip.descriptor), phases, seed };
    const arrays = await ChipArrays.open(chip, board, store, { ...inputs, ...ranges }, context);
    return work({ chip, remarks, arrays });
  });
}

/** Of each layer, from the calibration images in the digital network. */
async function inputRanges(
  { inputRange }: InferArguments,
  store: Store,
  { network, calibration }: Inputs,
  descriptor: Descriptor,
): Promise<readonly number[]> {
  if (calibration === undefined) throw new TypeError("the ranges of inputs need calibration images");
  const { tiles, layers } = store.networks.get();
  const arrays = layers.map(({ index, siemensPerWeight }) => ({
    tiles: tiles.filter(({ layer }) => layer === index),
    siemensPerWeight,
  }));
  const { images, normalisation, threads, augment, seed } = calibration;
  const { fullScaleSiemens } = mvmAbility(descriptor);
  const { inputs } = await calibrateRanges(network, arrays, images, {
    normalisation,
    fullScaleSiemens,
    prng: seededPrng(seed),
    ...(inputRange !== undefined && { range: parseInputRange(inputRange) }),
    ...(threads !== undefined && { threads }),
    ...(augment !== undefined && { augment }),
  });
  return inputs;
}
