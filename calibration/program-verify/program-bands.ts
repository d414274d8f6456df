/** Programs bands through the Chip port, two or more under way at a time so that host and board both work. */

import type { Chip } from "../../src/chip/chip.ts";
import { type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { type ConverterCalibration, conductances } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import { allEnded, mapBounded } from "../../src/core/concurrency.ts";
import { LabError } from "../../src/core/errors.ts";
import type { BandSteps, Decision, Verification } from "./algorithm.ts";
import { BandLedger, type BandProgramming } from "./band-ledger.ts";
import { type BandState, encodeState, isFinished } from "./band-state.ts";
import { ofPart, trainOfPart } from "./device-order.ts";

/**
 * Devices of a band. Small bands are verified sooner after their pulse, so that less 1/f noise has come in between;
 * large ones spend fewer round trips.
 */
export const bandDevices = 2048;
const bandsUnderWay = 2;
/** A session takes 64 requests; a band has a few for each of its parts: trains of a decision, and the verifying read. */
const partsInTurns = 12;

/** A train for one of the regions of a band. */
export interface BandOrder {
  readonly region: Region;
  readonly train: PulseTrain;
}

/**
 * Called while bands are programmed, `band` being the number of the band from the first row on. What one of them throws ends the
 * programming as a failure of the chip does, before anything more is sent for that band.
 */
export interface ProgramHooks {
  /**
   * The bytes of `encodeState` after every decision: from them, and a reading, the band can go on in another process.
   * `pulsesFollow` says that `beforePulses` is called next for the band, before anything is sent for it.
   */
  readonly onState?: (band: number, state: Uint8Array, pulsesFollow: boolean) => void;
  /**
   * Called once, before anything is sent, by a late verification: the bytes of all bands, from which each of them goes on. They are to be
   * kept together or not at all: a process that goes on without those of a band begins that band anew.
   */
  readonly onReopened?: (states: ReadonlyMap<number, Uint8Array>) => void;
  /** The trains that are about to be sent, in order; a verifying read settles them all before this is called for the band again. */
  readonly beforePulses?: (band: number, orders: readonly BandOrder[]) => void;
}

export interface BandsOptions {
  readonly calibration: ConverterCalibration;
  /** Called with the number of devices that were finished since the last call. */
  readonly onCells?: (cells: number) => void;
  /** Checked before every band: those that are under way are programmed to their end, and nothing more is begun. */
  readonly signal?: AbortSignal;
  readonly hooks?: ProgramHooks;
  /** Several bands take turns, so that readings of one are further apart and share less of their 1/f noise; two at a time otherwise. */
  readonly inTurns?: boolean;
}

export interface BandWork {
  readonly block: Pick<WeightBlock, "parts">;
  readonly steps: BandSteps;
  /** Where an earlier programming was left: the band is read before it gets a pulse. */
  readonly resumed?: BandState;
}

export interface BandResult extends BandProgramming {
  readonly state: BandState;
}

export interface BandsResult {
  readonly bands: readonly BandResult[];
  /** Why it was not programmed to its end: an error of the chip or of a hook, or LabError INTERRUPTED. */
  readonly cause?: unknown;
}

/** Never throws: what goes wrong is the cause, so that what was done is not lost. */
export async function programBands(
  chip: Chip,
  work: readonly BandWork[],
  options: BandsOptions,
): Promise<BandsResult> {
  const job: Job = { ...options, chip, failures: [] };
  const parts = work[0]?.block.parts.length ?? 1;
  const inTurns = Math.max(bandsUnderWay, Math.floor(partsInTurns / parts));
  const underWay = options.inTurns === true ? inTurns : bandsUnderWay;
  const bands = await mapBounded(work, underWay, (band, index) => programBand(job, band, index));
  // An abort after the last pulse stops nothing.
  if (job.failures.length === 0 && bands.every((band) => band.finished)) return { bands };
  return { bands, cause: causeOf(job) };
}

interface Job extends BandsOptions {
  readonly chip: Chip;
  /** What went wrong in any band, oldest first; the first one stops all of them. */
  readonly failures: unknown[];
}

async function programBand(job: Job, work: BandWork, index: number): Promise<BandResult> {
  const devices = deviceCountOf(work.block);
  const ledger = new BandLedger(devices, work.resumed !== undefined);
  let decision: Decision =
    work.resumed === undefined ? work.steps.begin() : { state: work.resumed, trains: [] };
  try {
    if (stopped(job)) return { ...ledger.close(decision.state), state: decision.state };
    // A band whose first pulses may have been applied is read, too, before another process pulses it.
    let orders = ordersOf(work.block, decision.trains);
    const tell = (pulsesFollow: boolean): void =>
      job.hooks?.onState?.(index, encodeState(decision.state), pulsesFollow);
    if (work.resumed === undefined) tell(orders.length > 0);
    while (!isFinished(decision.state) && job.failures.length === 0) {
      const measured = await pulseAndVerify(job, work, index, ledger, decision.state, orders);
      decision = work.steps.next(decision.state, measured);
      orders = ordersOf(work.block, decision.trains);
      tell(orders.length > 0 && job.failures.length === 0);
    }
    if (isFinished(decision.state)) job.onCells?.(devices);
  } catch (failure) {
    job.failures.push(failure);
  }
  return { ...ledger.close(decision.state), state: decision.state };
}

/**
 * Sends the pulses and the verifying read back to back: one round trip.
 * Returns S for each device of the band; only those that are verified mean anything.
 */
async function pulseAndVerify(
  job: Job,
  { block, steps }: BandWork,
  index: number,
  ledger: BandLedger,
  state: BandState,
  orders: readonly PlacedOrder[],
): Promise<Float32Array> {
  if (orders.length > 0)
    job.hooks?.beforePulses?.(
      index,
      orders.map(({ order }) => order),
    );
  const booked = orders.map(({ order: { region, train }, first }) =>
    ledger.book(train, job.chip.pulse(region, train), first),
  );
  const reading = readParts(job, block, steps.verification(state));
  await allEnded([...booked, reading]);
  return reading;
}

interface PlacedOrder {
  readonly order: BandOrder;
  /** The device of the band that is the first of its part. */
  readonly first: number;
}

const ordersOf = (block: BandWork["block"], trains: readonly PulseTrain[]): PlacedOrder[] =>
  trains.flatMap((train) => ordersOfTrain(block, train));

/** What a train is for each part that it pulses. */
function ordersOfTrain(block: BandWork["block"], train: PulseTrain): PlacedOrder[] {
  let next = 0;
  return block.parts.flatMap(({ region }, part) => {
    const first = next;
    next += cellCount(region);
    const order = { region, train: trainOfPart(train, block, part) };
    return pulsesIn(order.train) === 0 ? [] : [{ order, first }];
  });
}

async function readParts(
  { chip, calibration }: Job,
  block: BandWork["block"],
  { averages, readVolts, mask }: Verification,
): Promise<Float32Array> {
  const measured = new Float32Array(mask.length);
  const readings = block.parts.map(async ({ region }, part) => {
    const chosen = ofPart(mask, block, part);
    if (countNonZero(chosen) === 0) return;
    const { codeSums } = await chip.read(region, { averages, readVolts, mask: chosen });
    ofPart(measured, block, part).set(conductances(codeSums, averages, calibration, region));
  });
  await allEnded(readings);
  return measured;
}

const stopped = ({ failures, signal }: Job): boolean => failures.length > 0 || signal?.aborted === true;

const causeOf = ({ failures }: Job): unknown =>
  failures.length > 0 ? failures[0] : new LabError("INTERRUPTED", "programming was stopped by the user");
