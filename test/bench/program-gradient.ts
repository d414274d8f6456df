/**
 * The error of matrix-vector products of an emulated HERMES core after gradient-descent programming, beside melt-quench
 * program-and-verify with as many pulses: both through the Chip port and the bytes of the protocol, both with the same chip, weights
 * and test vectors, which no programming has used.
 */

import type { BlockDescent } from "../../calibration/gradient-descent/block-descent.ts";
import { descend } from "../../calibration/gradient-descent/descend.ts";
import { knowledgeAfter } from "../../calibration/gradient-descent/knowledge.ts";
import { type DescentParameters, descentFor } from "../../calibration/gradient-descent/parameters.ts";
import { initialState } from "../../calibration/gradient-descent/state.ts";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import type { BlockProgramming } from "../../calibration/program-verify/block-programming.ts";
import { meltQuench } from "../../calibration/program-verify/melt-quench.ts";
import type { MeltQuenchParameters } from "../../calibration/program-verify/parameters.ts";
import { programBlock, verifyLate } from "../../calibration/program-verify/program-block.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { largestOutputCode, mvmAbility, siemensPerOutputCode } from "../../src/chip/mvm.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { coreOf } from "../mocks/quiet-core.ts";
import { hermesLoop, openEmulator } from "../physics/lab.ts";
import { affineErrors } from "../physics/mvm.ts";
import { hermesGMaxSiemens } from "../physics/published.ts";
import { spread } from "../physics/statistics.ts";

export interface GradientSize {
  readonly rows: number;
  readonly columns: number;
  /** Of the products that measure an error. */
  readonly vectors: number;
  readonly seed: number;
}

/** The whole core, as many vectors as FACTS 8.2 has. */
export const realSize: GradientSize = { rows: 256, columns: 256, vectors: 2048, seed: 1 };
/** All rows, because errors add up over them, of some columns. */
export const smallSize: GradientSize = { rows: 256, columns: 16, vectors: 1024, seed: 1 };

/** An hour is the age of the fidelity benchmark. */
const agesSeconds = [25, 3600, 86_400];
export const decisiveSeconds = 3600;

/** Accepted error of the programming before a descent (S): 2.3 times that of the published loop, so that it takes fewer pulses. */
const startMarginSiemens = 1.5e-6;
/** A loop with a tighter margin than the published one, and so more pulses. */
const tightMarginSiemens = 0.3e-6;

/** Of a loop that leaves pulses for late verifications (S). */
const lateMarginSiemens = 0.8e-6;

/** Normal weights with a standard deviation of 0.3 of the largest, as in the fidelity benchmark. */
const weightSpread = 0.3;

export interface MvmFigures {
  readonly ageSeconds: number;
  /** Standard deviation of the errors over the range of output codes, and over that of the ideal products. */
  readonly errorOfRange: number;
  readonly relativeError: number;
}

export interface ProgrammedFigures {
  /** Pulses of all devices, the preparation included, as the chip counted them. */
  readonly pulses: number;
  readonly largestPulsesOfADevice: number;
  /** Chip time that it took. */
  readonly seconds: number;
  readonly errors: readonly MvmFigures[];
}

export interface DescentFigures extends ProgrammedFigures {
  readonly descent: Readonly<Record<string, unknown>>;
}

export interface GradientFigures {
  /** Error with the descent over that without, one hour after the last pulse, at no more pulses. */
  readonly mvmErrorGdpOverIterative: number;
  /** The same at every age. */
  readonly ratios: readonly number[];
  /** The same against a loop with a tighter margin and its pulses. */
  readonly overTightIterative: number;
  /** The same against the best that a loop with a wide margin and a late verification does with those pulses. */
  readonly overLateVerification: number;
  readonly iterative: ProgrammedFigures;
  readonly gdp: DescentFigures;
  readonly tightIterative: ProgrammedFigures;
  readonly gdpWithTightPulses: DescentFigures;
  readonly lateVerification: ProgrammedFigures;
}

export async function programGradient(size: GradientSize = realSize): Promise<GradientFigures> {
  const tightIterative = await measured(size, iterativeOnly(tightMarginSiemens));
  const gdpWithTightPulses = await withDescent(size, tightIterative.pulses);
  const lateVerification = await measured(size, iterativeAndLate);
  const { iterative, gdp } = await equalPulses(size);
  return {
    mvmErrorGdpOverIterative: errorRatio(gdp, iterative, decisiveSeconds),
    ratios: agesSeconds.map((age) => errorRatio(gdp, iterative, age)),
    overTightIterative: errorRatio(gdpWithTightPulses, tightIterative, decisiveSeconds),
    overLateVerification: errorRatio(gdp, lateVerification, decisiveSeconds),
    iterative,
    gdp,
    tightIterative,
    gdpWithTightPulses,
    lateVerification,
  };
}

/** The published loop, and a shorter one with a descent that together take no more pulses. */
export async function equalPulses(size: GradientSize) {
  const iterative = await measured(size, iterativeOnly());
  return { iterative, gdp: await withDescent(size, iterative.pulses) };
}

async function withDescent(size: GradientSize, pulses: number): Promise<DescentFigures> {
  let descent: BlockDescent | undefined;
  const figures = await measured(size, async (core) => {
    descent = await iterativeAndDescent(core, pulses);
  });
  return { ...figures, descent: summaryOf(descent) };
}

interface Core {
  readonly chip: RemoteChip;
  readonly block: WeightBlock;
  /** Net conductances of the weights, S. */
  readonly targets: Float32Array;
  readonly size: GradientSize;
}

type Programming = (core: Core) => Promise<unknown>;

/** One chip fresh from the factory, programmed, and measured at every age. */
async function measured(size: GradientSize, program: Programming): Promise<ProgrammedFigures> {
  const core = await openCore(size);
  await program(core);
  const seconds = await core.chip.now();
  const errors: MvmFigures[] = [];
  for (const age of agesSeconds) errors.push(await errorAt(core, seconds, age));
  const wear = await wearOf(core);
  await core.chip.close();
  return { ...wear, seconds, errors };
}

async function openCore(size: GradientSize): Promise<Core> {
  const { rows, columns, seed } = size;
  const chip = await openEmulator(profileOf(size), seed);
  const { plusArrays, minusArrays } = mvmAbility(chip.descriptor);
  const parts = [...plusArrays, ...minusArrays].map((array, device) => ({
    region: { array, row: 0, column: 0, rows, columns },
    devices: [device],
  }));
  const random = seededPrng(seed);
  const targets = Float32Array.from({ length: rows * columns }, () => {
    const weight = Math.max(-1, Math.min(1, weightSpread * random.normal()));
    return weight * plusArrays.length * hermesGMaxSiemens;
  });
  return { chip, block: { rows, columns, devicesPerWeight: 4, parts }, targets, size };
}

function profileOf({ rows, columns }: GradientSize): ChipProfile {
  const whole = rows === realSize.rows && columns === realSize.columns;
  return whole ? builtinProfile("hermes-core") : coreOf({ rows, columns });
}

const iterativeOnly =
  (marginSiemens?: number): Programming =>
  ({ chip, block, targets }) =>
    programBlock(chip, block, targets, blockOptions(chip, marginSiemens));

async function iterativeAndDescent(core: Core, pulses: number): Promise<BlockDescent> {
  const { chip, block, targets, size } = core;
  const options = blockOptions(chip, startMarginSiemens);
  const programmed = await programBlock(chip, block, targets, options);
  const knowledge = knowledgeAfter(block, programmed, options.parameters.zeroSiemens);
  const parameters: DescentParameters = {
    ...descentFor(options.parameters, hermesGMaxSiemens),
    maxPulses: pulses - (await wearOf(core)).pulses,
  };
  return descend(chip, block, targets, initialState(knowledge, targets.length), {
    parameters,
    random: seededPrng(size.seed + 1),
  });
}

/** Late verifications of the devices of a loop with a wide margin, after as long a rest as the descent takes in all. */
async function iterativeAndLate({ chip, block, targets }: Core): Promise<unknown> {
  const options = blockOptions(chip, lateMarginSiemens);
  let programmed: BlockProgramming = await programBlock(chip, block, targets, options);
  for (const rest of [5, 20]) {
    await chip.waitUntil((await chip.now()) + rest);
    programmed = await verifyLate(chip, block, targets, programmed, options);
  }
  return programmed;
}

function blockOptions(chip: RemoteChip, marginSiemens?: number) {
  const parameters: MeltQuenchParameters = {
    ...hermesLoop(chip),
    ...(marginSiemens !== undefined && { marginSiemens }),
  };
  return { parameters, algorithm: meltQuench(parameters), calibration: nominalCalibration(chip.descriptor) };
}

/** The answer key: every pulse that the devices have felt. */
async function wearOf({ chip, block }: Core) {
  let pulses = 0;
  let largestPulsesOfADevice = 0;
  for (const { region } of block.parts) {
    for (const count of (await chip.perform(trueWear, { region })).pulses) {
      pulses += count;
      largestPulsesOfADevice = Math.max(largestPulsesOfADevice, count);
    }
  }
  return { pulses, largestPulsesOfADevice };
}

async function errorAt(
  { chip, targets, size }: Core,
  endSeconds: number,
  ageSeconds: number,
): Promise<MvmFigures> {
  const { rows, columns, vectors } = size;
  const cells = { row: 0, column: 0, rows, columns };
  await chip.waitUntil(endSeconds + ageSeconds);
  const random = seededPrng(7_777_777);
  const inputs = Int8Array.from({ length: vectors * rows }, () => random.below(255) - 127);
  const { outputs } = await chip.mvm({ cells, phases: 1, inputs });
  const { errors, signal } = affineErrors(inputs, targets, cells, outputs);
  const ability = mvmAbility(chip.descriptor);
  const range = 2 * largestOutputCode(ability) * siemensPerOutputCode(ability);
  const deviation = spread(errors);
  return { ageSeconds, errorOfRange: deviation / range, relativeError: deviation / signal };
}

export function errorRatio(a: ProgrammedFigures, b: ProgrammedFigures, ageSeconds: number): number {
  const at = ({ errors }: ProgrammedFigures): number =>
    errors.find((error) => error.ageSeconds === ageSeconds)?.relativeError ?? Number.NaN;
  return at(a) / at(b);
}

function summaryOf(descent: BlockDescent | undefined): Record<string, unknown> {
  if (descent === undefined) return {};
  const { rounds, outcomes, last } = descent;
  const scale = last?.correction.scale ?? new Float64Array(1);
  return {
    rounds,
    outcomes: countOutcomes(outcomes),
    /** Of the columns: what the correction takes for the gain of their converters. */
    meanScale: scale.reduce((sum, value) => sum + value, 0) / scale.length,
    scaleSpread: spread(scale),
  };
}
