/** What was done to the devices of a block, to its end or up to a failure. */

import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { textOf } from "../../src/core/errors.ts";
import type { BandState } from "./band-state.ts";
import { ofPart } from "./device-order.ts";
import type { BandResult } from "./program-bands.ts";

/** Arrays have one value a device, in device order (device-order.ts). */
export interface BlockProgramming {
  readonly block: Pick<WeightBlock, "parts">;
  /** Codes of `cellOutcomes`. */
  readonly outcomes: Uint8Array;
  /** Conductance that each device was aimed at in the end, S. */
  readonly targets: Float32Array;
  /** Pulses of the loop that each device took, those before the first reading not counted; 255 stands for more. */
  readonly iterations: Uint8Array;
  /** All pulses of each device; pulses that were sent and not acknowledged may have been applied and count. */
  readonly pulses: Uint16Array;
  /** Pulses among them of which nobody knows whether they were applied: an acknowledgement was lost, or never came. */
  readonly unknownPulses: number;
  /** Chip times before the first and after the last pulse that was handled for sure; bounds where its receipt was lost. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** What is known of each band in the end, for a late verification. */
  readonly states: readonly BandState[];
}

/**
 * Programming of a block was begun and not finished; `cause` says why. Devices are `skipped` that got no pulse, and `unknown`
 * where pulses were under way.
 */
export class BlockUnfinished extends Error {
  readonly programming: BlockProgramming;

  constructor(programming: BlockProgramming, cause: unknown) {
    super(`the block was not programmed to its end: ${textOf(cause)}`, { cause });
    this.name = "BlockUnfinished";
    this.programming = programming;
  }
}

type Parts = BlockProgramming["block"];

/**
 * @param bands the block cut into bands, from the first row on, and what became of each.
 * @param beforeSeconds chip time before the first pulse, which stands for the times of pulses that were never acknowledged.
 */
export function joinedBands(
  block: Parts,
  bands: readonly { readonly block: Parts; readonly result: BandResult }[],
  beforeSeconds: number,
): BlockProgramming {
  const devices = deviceCountOf(block);
  const outcomes = new Uint8Array(devices);
  const targets = new Float32Array(devices);
  const iterations = new Uint8Array(devices);
  const pulses = new Uint16Array(devices);
  for (const { block: band, result } of bands) {
    placeBand(outcomes, block, result.outcomes, band);
    placeBand(targets, block, result.state.targets, band);
    placeBand(iterations, block, result.iterations, band);
    placeBand(pulses, block, result.pulses, band);
  }
  const results = bands.map(({ result }) => result);
  const first = Math.min(...results.map((result) => result.startSeconds));
  const startSeconds = Number.isFinite(first) ? first : beforeSeconds;
  return {
    block,
    outcomes,
    targets,
    iterations,
    pulses,
    unknownPulses: results.reduce((sum, result) => sum + result.unknownPulses, 0),
    startSeconds,
    endSeconds: Math.max(startSeconds, ...results.map((result) => result.endSeconds)),
    states: results.map(({ state }) => state),
  };
}

/** What a late verification leaves, with the pulses and the times of the programming before it. */
export const afterLate = (before: BlockProgramming, late: BlockProgramming): BlockProgramming => ({
  ...late,
  pulses: late.pulses.map((pulses, device) => pulses + before.pulses[device]!),
  unknownPulses: before.unknownPulses + late.unknownPulses,
  startSeconds: before.startSeconds,
  endSeconds: late.pulses.some((pulses) => pulses > 0) ? late.endSeconds : before.endSeconds,
});

type Values = Uint8Array | Uint16Array | Float32Array;

/** Puts the values of a band's devices where they are among those of its block. `whole` is changed. */
export function placeBand(whole: Values, block: Parts, values: Values, band: Parts): void {
  block.parts.forEach(({ region }, part) => {
    const { row } = band.parts[part]?.region ?? region;
    ofPart(whole, block, part).set(ofPart(values, band, part), (row - region.row) * region.columns);
  });
}
