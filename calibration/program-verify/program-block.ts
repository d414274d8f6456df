/** Programs the weights of a block by an algorithm: the block is cut into bands of whole rows, and program-bands.ts does them. */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellCount } from "../../src/chip/region.ts";
import { blockBands, deviceCountOf, type WeightBlock, weightCountOf } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Band, ProgrammingAlgorithm } from "./algorithm.ts";
import { type BandState, decodeState, encodeState } from "./band-state.ts";
import { type BlockProgramming, BlockUnfinished, joinedBands } from "./block-programming.ts";
import { ofPart } from "./device-order.ts";
import { type BandsOptions, type BandWork, bandDevices, programBands } from "./program-bands.ts";

export interface BlockOptions extends BandsOptions {
  readonly algorithm: ProgrammingAlgorithm;
  /** One byte a device, in device order: what is not 0 gets no pulse and is `skipped`. */
  readonly knownBad?: Uint8Array;
  /** Bytes that `hooks.onState` gave, by band: those bands go on from there, with a reading first. Pulses of before are not counted again. */
  readonly resume?: ReadonlyMap<number, Uint8Array>;
}

/**
 * @param targets S, signed, one for each weight of the block, row by row: its plus devices less its minus devices.
 * @throws BlockUnfinished with what was done and the cause (an error of the chip, or LabError INTERRUPTED) when it was begun.
 * @throws LabError LIMIT for targets that are not numbers or that all devices of one sign together cannot hold, and for parameters that
 * the chip cannot do; USAGE for parameters that contradict each other; BAD_DATA for states of other bands; the errors of the chip.
 * No pulse was sent then.
 */
export async function programBlock(
  chip: Chip,
  block: WeightBlock,
  targets: Float32Array,
  options: BlockOptions,
): Promise<BlockProgramming> {
  options.algorithm.assertPossible(chip.descriptor);
  assertTargets(chip, block, targets);
  const work = bandsOf(chip, block, targets, options).map(({ block: band, steps }, index): BandWork => {
    const bytes = options.resume?.get(index);
    const resumed = bytes && decodeState(bytes, deviceCountOf(band));
    return { block: band, steps, ...(resumed !== undefined && { resumed }) };
  });
  return run(chip, block, work, options);
}

/**
 * Late verification: reads a programmed block again and programs the devices that have left the margin, from where they are. To be
 * called some time after programming, when a device has relaxed and its slow noise has set in (FACTS.md 8.3 d, 1.2).
 * @param programmed what `programBlock`, or an earlier late verification, gave with the same algorithm, targets and chip.
 * @returns the pulses and times of this pass alone; its times are both that of the call when no pulse was needed.
 * @throws as `programBlock`.
 */
export async function verifyLate(
  chip: Chip,
  block: WeightBlock,
  targets: Float32Array,
  programmed: Pick<BlockProgramming, "states">,
  options: Omit<BlockOptions, "resume">,
): Promise<BlockProgramming> {
  options.algorithm.assertPossible(chip.descriptor);
  assertTargets(chip, block, targets);
  const work = bandsOf(chip, block, targets, options).map(({ block: band, steps }, index) => {
    const state: BandState | undefined = programmed.states[index];
    if (state === undefined) throw new RangeError(`nothing is known of band ${index} of the block`);
    return { block: band, steps, resumed: steps.reopened(state) };
  });
  options.hooks?.onReopened?.(new Map(work.map(({ resumed }, index) => [index, encodeState(resumed)])));
  return run(chip, block, work, { ...options, inTurns: true });
}

async function run(
  chip: Chip,
  block: WeightBlock,
  work: readonly BandWork[],
  options: BandsOptions,
): Promise<BlockProgramming> {
  const beforeSeconds = await chip.now();
  const { bands, ...ending } = await programBands(chip, work, options);
  const joined = bands.map((result, index) => ({ block: work[index]!.block, result }));
  const done = joinedBands(block, joined, beforeSeconds);
  if ("cause" in ending) throw new BlockUnfinished(done, ending.cause);
  return done;
}

/** The bands of a block, whose numbers the hooks are told; they depend on nothing but these. */
export const programmedBands = (block: WeightBlock, descriptor: Descriptor): WeightBlock[] =>
  blockBands(block, Math.min(bandDevices, descriptor.maxCellsPerRequest));

/** Cells of the largest part of any band: those that one train may be for. */
export const mostCellsAtOnce = (blocks: readonly WeightBlock[], descriptor: Descriptor): number =>
  blocks
    .flatMap((block) => programmedBands(block, descriptor).flatMap(({ parts }) => parts))
    .reduce((most, { region }) => Math.max(most, cellCount(region)), 1);

function bandsOf(
  { descriptor }: Chip,
  block: WeightBlock,
  targets: Float32Array,
  { algorithm, knownBad = new Uint8Array(deviceCountOf(block)) }: Omit<BlockOptions, "resume">,
) {
  if (knownBad.length !== deviceCountOf(block))
    throw new TypeError(`${knownBad.length} marks for ${deviceCountOf(block)} devices`);
  let weight = 0;
  return programmedBands(block, descriptor).map((band) => {
    const own = targets.subarray(weight, weight + weightCountOf(band));
    weight += weightCountOf(band);
    const marks = knownBadOf(block, band, knownBad);
    const whole: Band = { block: band, targets: own, knownBad: marks, descriptor };
    return { block: band, steps: algorithm.steps(whole) };
  });
}

function knownBadOf(block: WeightBlock, band: WeightBlock, knownBad: Uint8Array): Uint8Array {
  const marks = new Uint8Array(deviceCountOf(band));
  block.parts.forEach(({ region }, part) => {
    const own = band.parts[part]?.region ?? region;
    const first = (own.row - region.row) * region.columns;
    const values = ofPart(knownBad, block, part).subarray(first, first + own.rows * own.columns);
    ofPart(marks, band, part).set(values);
  });
  return marks;
}

function assertTargets({ descriptor }: Chip, block: WeightBlock, targets: Float32Array): void {
  if (targets.length !== weightCountOf(block))
    throw new TypeError(`${targets.length} targets for ${weightCountOf(block)} weights`);
  // Rounded as the targets are: the full scale itself is a target that can be read.
  const largest = Math.fround((block.devicesPerWeight / 2) * descriptor.read.fullScaleSiemens);
  const at = targets.findIndex((target) => !(Math.abs(target) <= largest));
  if (at < 0) return;
  const weight = `row ${Math.floor(at / block.columns)}, column ${at % block.columns}`;
  throw new LabError(
    "LIMIT",
    `weight target ${targets[at]} S at ${weight} of its block, the converter reads up to ${largest} S of one sign`,
    { next: "nothing was sent; choose a smaller --gmax or check the weights" },
  );
}
