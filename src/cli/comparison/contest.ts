/** One contestant on one chip: every block programmed, verified late where that was asked for, and read at every age. */

import type { ProgrammingMethod } from "../../../calibration/methods/method.ts";
import {
  afterLate,
  type BlockProgramming,
  BlockUnfinished,
} from "../../../calibration/program-verify/block-programming.ts";
import { netSiemens, ofPart } from "../../../calibration/program-verify/device-order.ts";
import type { Chip } from "../../chip/chip.ts";
import { type ConverterCalibration, conductances, type ReadOptions } from "../../chip/readout.ts";
import { deviceCountOf } from "../../chip/weight-block.ts";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import type { ProductErrors } from "../../inference/product-errors.ts";
import type { PlacedBlock } from "../../network/weight-blocks.ts";
import type { Agenda } from "../agenda.ts";
import type { Contestant } from "./contestants.ts";
import { Meter } from "./metered-chip.ts";
import { type BlockTargets, productsInArray, productsOfReadings } from "./product-error.ts";

export interface Contest {
  readonly contestant: Contestant;
  readonly method: ProgrammingMethod;
  readonly chip: Chip;
  readonly agenda: Agenda;
  readonly calibration: ConverterCalibration;
  readonly reading: ReadOptions;
  /** Seconds after the programming of each block, rising. */
  readonly agesSeconds: readonly number[];
  /** Whether the array multiplies by itself with these blocks. */
  readonly multiplies: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onDevices: (devices: number) => void;
}

export interface BlockReading {
  /** From the end of the programming, before any late verification, to the middle of the reading. */
  readonly ageSeconds: number;
  /** S of each device, in device order. */
  readonly siemens: Float32Array;
  /** Undefined for blocks whose products nobody asked for. */
  readonly products: ProductErrors | undefined;
}

/** A block as it is at the moment; it grows while the agenda is kept. */
export interface ContestBlock extends BlockTargets {
  readonly placed: PlacedBlock;
  readonly meter: Meter;
  /** Chip time at which its programming ended; ages count from here. */
  readonly endSeconds: number;
  programming: BlockProgramming;
  /** Conductances (S) right after programming and late verification: the reference of drift compensation. */
  reference: Float32Array | undefined;
  /** By the age that was asked for. */
  readonly readings: Map<number, BlockReading>;
}

/** Readings until here are kept before the chip gets other work that could make them late. */
const shortSeconds = 600;

export interface WantedBlock {
  readonly placed: PlacedBlock;
  readonly net: Float32Array;
}

/**
 * Programs blocks one after the other; what is due meanwhile is done between them, and what is due soon after them.
 * @param measuresProducts whether the error of products is measured at every age.
 * @param into gets every block as soon as it is programmed, so that a failure later loses nothing.
 * @throws LabError INTERRUPTED, and the errors of the chip.
 */
export async function runBlocks(
  contest: Contest,
  blocks: readonly WantedBlock[],
  measuresProducts: boolean,
  into: ContestBlock[],
): Promise<void> {
  const { agenda, signal } = contest;
  for (const wanted of blocks) {
    await agenda.keepDue();
    if (signal.aborted) throw new LabError("INTERRUPTED", "the comparison was stopped by the user");
    const block = await programmed(contest, wanted);
    into.push(block);
    plan(contest, block, measuresProducts);
    contest.onDevices(deviceCountOf(block.block));
  }
  await agenda.keepWithin(shortSeconds);
}

async function programmed(contest: Contest, { placed, net }: WantedBlock): Promise<ContestBlock> {
  const meter = new Meter();
  const targets = { block: placed.block, net };
  const programming = await causeOf(
    contest.method.program(meter.on(contest.chip), placed.block, net, optionsOf(contest)),
  );
  const { endSeconds } = programming;
  return { ...targets, placed, meter, endSeconds, programming, reference: undefined, readings: new Map() };
}

/** The wear ledger knows what was done; here only the reason counts. */
async function causeOf<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (failure) {
    throw failure instanceof BlockUnfinished ? failure.cause : failure;
  }
}

const optionsOf = ({ calibration, signal }: Contest) => ({ calibration, signal });

function plan(contest: Contest, block: ContestBlock, measuresProducts: boolean): void {
  const { agenda, agesSeconds, chip, method } = contest;
  const { verifyAtSeconds } = contest.contestant;
  for (const seconds of verifyAtSeconds)
    agenda.add(block.endSeconds + seconds, async () => {
      const { net, programming } = block;
      const late = method.verifyLate(block.meter.on(chip), block.block, net, programming, optionsOf(contest));
      block.programming = afterLate(programming, await causeOf(late));
    });
  agenda.add(block.endSeconds + (verifyAtSeconds.at(-1) ?? 0), async () => {
    block.reference = (await readBlock(contest, block)).siemens;
  });
  for (const seconds of agesSeconds)
    agenda.add(block.endSeconds + seconds, async () => {
      const { siemens, chipSeconds } = await readBlock(contest, block);
      const products = measuresProducts ? await productsOf(contest, block, siemens) : undefined;
      block.readings.set(seconds, { ageSeconds: chipSeconds - block.endSeconds, siemens, products });
    });
}

/** The same inputs for every contestant, other ones at each place. */
function productsOf(
  { chip, multiplies, seed }: Contest,
  block: ContestBlock,
  siemens: Float32Array,
): Promise<ProductErrors> | ProductErrors {
  const random = seededPrng(seed + 7919 * (1 + block.placed.firstRow + block.placed.firstColumn));
  if (multiplies) return productsInArray(chip, block, random);
  return productsOfReadings(block, netSiemens(block.block, siemens), random);
}

async function readBlock({ chip, calibration, reading }: Contest, { block }: BlockTargets) {
  const siemens = new Float32Array(deviceCountOf(block));
  const times: number[] = [];
  for (const [part, { region }] of block.parts.entries()) {
    const { codeSums, firstSampleSeconds, lastSampleSeconds } = await chip.read(region, reading);
    ofPart(siemens, block, part).set(conductances(codeSums, reading.averages, calibration, region));
    times.push(firstSampleSeconds, lastSampleSeconds);
  }
  return { siemens, chipSeconds: (Math.min(...times) + Math.max(...times)) / 2 };
}
