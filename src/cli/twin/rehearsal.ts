/**
 * Programs the levels of a store on an emulated chip by the same algorithm, and reads them at the same age: what a profile makes of
 * program-and-verify is found by doing it, since no formula gives it.
 */

import { withCalibratedDac } from "../../../calibration/converter/calibrated-dac.ts";
import { Moments } from "../../../calibration/drift/moments.ts";
import type { ProgrammingMethod } from "../../../calibration/methods/method.ts";
import {
  afterLate,
  type BlockProgramming,
  BlockUnfinished,
} from "../../../calibration/program-verify/block-programming.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import type { Chip } from "../../chip/chip.ts";
import { cellOutcomes } from "../../chip/outcome.ts";
import { type ConverterCalibration, conductances, type ReadOptions } from "../../chip/readout.ts";
import type { Region } from "../../chip/region.ts";
import type { WeightBlock } from "../../chip/weight-block.ts";
import { seededPrng } from "../../core/prng.ts";
import {
  type ConverterChoice,
  convertersOn,
  type KnownConverters,
  onEmulatedChip,
} from "../comparison/venue.ts";
import type { Context } from "../context.ts";

export interface RehearsalPlan {
  readonly method: ProgrammingMethod;
  /** Seconds after the programming at which it is read again and repaired, rising. */
  readonly verifyAtSeconds: readonly number[];
  readonly reading: ReadOptions;
  /** From the end of the programming to the reading (s). */
  readonly ageSeconds: number;
  /** Targets of the devices of each level (S), and which one a target belongs to. */
  readonly targets: readonly Float32Array[];
  readonly kindsOf: (targets: Float32Array) => Uint8Array;
  /** Devices of each level that conducts. */
  readonly perLevel: number;
  /** Equal seeds program equal devices in equal order, so that two profiles differ by what they say and not by chance. */
  readonly seed: number;
}

/** Reading less target (S) of the devices of a level that converged. */
export interface RehearsedLevel {
  readonly devices: number;
  readonly meanSiemens: number;
  readonly sigmaSiemens: number;
}

/** Of weights, two devices each. */
const weightColumns = 128;

/** One element for each level. @throws LabError INTERRUPTED, LIMIT, and the errors of the emulated chip. */
export async function rehearse(
  profile: ChipProfile,
  plan: RehearsalPlan,
  { calibration, dac }: KnownConverters,
  context: Context,
): Promise<RehearsedLevel[]> {
  const conducting = plan.targets.filter((targets) => targets.some((target) => target > 0));
  const rows = Math.max(1, Math.ceil((conducting.length * plan.perLevel) / weightColumns));
  const block = blockOf(rows);
  return onEmulatedChip({ profile: stageFor(profile, rows), seed: plan.seed }, context, async (fresh) => {
    const chip = dac === undefined ? fresh : withCalibratedDac(fresh, dac);
    const net = netTargets(conducting, rows * weightColumns, plan.seed);
    const programming = await programmed(chip, block, net, { ...plan, calibration }, context);
    await chip.waitUntil(programming.endSeconds + plan.ageSeconds, context.stop);
    const { codeSums } = await chip.read(block.region, plan.reading);
    return errorsOf(
      programming,
      conductances(codeSums, plan.reading.averages, calibration, block.region),
      plan,
    );
  });
}

/**
 * The converters of the stage: those of one seed are the same in all rehearsals, whatever the devices do.
 * @param choice as in the store: conductances by a calibration of the converters, or by what the chip says of them.
 */
export const stageConverters = (
  profile: ChipProfile,
  { seed }: RehearsalPlan,
  choice: ConverterChoice,
  context: Context,
): Promise<KnownConverters> =>
  onEmulatedChip({ profile: stageFor(profile, 1), seed }, context, (chip) =>
    convertersOn(chip, choice, context),
  );

/** An array of the wanted size, and the resistors that the converters are calibrated with. */
function stageFor(profile: ChipProfile, rows: number): ChipProfile {
  const { mvm: _, ...others } = profile;
  const references = profile.arrays.filter(({ referenceSiemens }) => referenceSiemens !== undefined);
  const columns = 2 * weightColumns;
  return {
    ...others,
    arrays: [{ name: "A", rows, columns }, ...references.map((array) => ({ ...array, columns }))],
  };
}

function blockOf(rows: number): WeightBlock & { readonly region: Region } {
  const region = { array: 0, row: 0, column: 0, rows, columns: 2 * weightColumns };
  return { region, rows, columns: weightColumns, devicesPerWeight: 2, parts: [{ region, devices: [0, 1] }] };
}

/** Each level equally often and of either sign, in random order, by targets that devices of it had. */
function netTargets(levels: readonly Float32Array[], weights: number, seed: number): Float32Array {
  const random = seededPrng(seed);
  return Float32Array.from({ length: weights }, () => {
    const targets = levels[random.below(levels.length)] ?? new Float32Array(1);
    const target = targets[random.below(targets.length)] ?? 0;
    return random.below(2) === 0 ? target : -target;
  });
}

async function programmed(
  chip: Chip,
  block: WeightBlock,
  net: Float32Array,
  { method, verifyAtSeconds, calibration }: RehearsalPlan & { readonly calibration: ConverterCalibration },
  { stop: signal }: Context,
): Promise<BlockProgramming> {
  const options = { calibration, signal };
  method.assertPossible(chip, [block]);
  try {
    let programming = await method.program(chip, block, net, options);
    const endSeconds = programming.endSeconds;
    for (const seconds of verifyAtSeconds) {
      await chip.waitUntil(endSeconds + seconds, signal);
      programming = afterLate(programming, await method.verifyLate(chip, block, net, programming, options));
    }
    return programming;
  } catch (failure) {
    throw failure instanceof BlockUnfinished ? failure.cause : failure;
  }
}

const converged = cellOutcomes.indexOf("converged");

function errorsOf(
  { targets, outcomes }: BlockProgramming,
  siemens: Float32Array,
  plan: RehearsalPlan,
): RehearsedLevel[] {
  const moments = plan.targets.map(() => new Moments());
  for (const [device, kind] of plan.kindsOf(targets).entries())
    if (outcomes[device] === converged)
      moments[kind]?.add((siemens[device] ?? Number.NaN) - (targets[device] ?? Number.NaN));
  return moments.map(({ count, mean, variance }) => ({
    devices: count,
    meanSiemens: mean,
    sigmaSiemens: Math.sqrt(variance),
  }));
}
