/** Reads every programmed tile at given ages; a tile that is already older is read at once, and stamped with its true time. */

import type { Chip } from "../../chip/chip.ts";
import type { ReadOptions } from "../../chip/readout.ts";
import { cellCount } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseDurations, parseQuantity } from "../../core/units.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import {
  type CalibrationArguments,
  type ChosenCalibration,
  chooseCalibration,
} from "./choose-calibration.ts";
import { type Slot, slotsOf } from "./programmed-slots.ts";
import { latestFactor } from "./reading-age.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface ReadArguments extends ChipArguments, CalibrationArguments {
  readonly at: string;
  readonly averages: number;
  readonly volts: string;
}

export interface AgeRead {
  readonly requestedSeconds: number;
  readonly devices: number;
  /** True ages of the tiles, from the end of their programming to the middle of their reading. */
  readonly youngestSeconds: number;
  readonly oldestSeconds: number;
  readonly saturatedDevices: number;
}

export async function read(args: ReadArguments, context: Context): Promise<AgeRead[]> {
  const ages = [...new Set(parseDurations(args.at))].sort((a, b) => a - b);
  const options = { averages: args.averages, readVolts: parseQuantity(args.volts, "V") };
  if (ages.some((age) => !(age >= 0)))
    throw new LabError("USAGE", `--at ${args.at}: times cannot be negative`, {
      next: "give times such as 25s,1h,1d",
    });
  const store = openStore(args.store, { mode: "existing" });
  try {
    const result = await withChip(args, context, async (chip, board, remarks) => {
      const { converters: calibration } = await chooseCalibration(args, chip, store, context);
      const { name } = calibration;
      return recorded(
        store,
        context,
        {
          ...{ command: "read", seed: null, link: () => remarks.link() },
          config: { ages, ...options, calibration: name, chip: args.chip },
        },
        async (run) => {
          remarks.keepIn(store, run);
          store.chips.attach(run, chip.descriptor);
          const slots = slotsOf(store, board);
          assertNotMissed(slots, ages, await chip.now());
          warnOfFailed(slots, calibration, context);
          return readAges(
            { store, run, chip, bootId: board.bootId, options, calibration, context },
            slots,
            ages,
          );
        },
      ).then((reads) => ({ reads, calibration: name, link: remarks.link() }));
    });
    const { reads: done } = result;
    context.output.result(result, done.map(lineOf).join("\n"));
    return done;
  } finally {
    store.close();
  }
}

interface Job {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly chip: Chip;
  readonly bootId: number;
  readonly options: ReadOptions;
  readonly calibration: ChosenCalibration["converters"];
  readonly context: Context;
}

/** Converters may have failed after their bit lines were programmed. */
function warnOfFailed(
  slots: readonly Slot[],
  { name, success }: Job["calibration"],
  { output }: Context,
): void {
  const columns = slots.flatMap(({ tile: { region } }) =>
    Array.from({ length: region.columns }, (_, c) => region.column + c),
  );
  const failed = [...new Set(columns)].filter((column) => success[column] === 0).sort((a, b) => a - b);
  if (failed.length > 0)
    output.warn(
      `bit lines ${failed.join(", ")} failed ${name}: what is read of their devices is not to be trusted`,
    );
}

/** @throws LabError STORE_CONTENT when a region is already much older than a wanted age. */
function assertNotMissed(slots: readonly Slot[], ages: readonly number[], nowSeconds: number): void {
  const oldest = Math.max(...slots.map(({ programming }) => nowSeconds - programming.endedChipSeconds));
  const missed = ages.find((age) => oldest > latestFactor * age);
  if (missed === undefined) return;
  throw new LabError(
    "STORE_CONTENT",
    `the time ${formatDuration(missed)} after programming is past: a region is ${formatDuration(oldest)} old`,
    { next: `choose times from ${formatDuration(oldest)} on, or program the network again` },
  );
}

/** Every tile at every age, in the order in which they fall due. */
async function readAges(job: Job, slots: readonly Slot[], ages: readonly number[]): Promise<AgeRead[]> {
  const devices = slots.reduce((sum, { tile }) => sum + cellCount(tile.region), 0);
  const progress = job.context.output.progress("reading", "devices", devices * ages.length);
  const dueSeconds = ({ slot, age }: { slot: Slot; age: number }): number =>
    slot.programming.endedChipSeconds + age;
  const due = ages
    .flatMap((age) => slots.map((slot) => ({ slot, age })))
    .sort((a, b) => dueSeconds(a) - dueSeconds(b));
  const reads = new Map(ages.map((age): [number, TileRead[]] => [age, []]));
  for (const { slot, age } of due) {
    if (job.context.stop.aborted)
      throw new LabError("INTERRUPTED", "reading was stopped by the user", {
        next: "what was read is stored; read the other times with another --at",
      });
    reads.get(age)?.push(await readTile(job, slot, age));
    progress.advance(cellCount(slot.tile.region));
  }
  progress.end();
  return [...reads].map(([age, tiles]) => summed(age, devices, tiles));
}

interface TileRead {
  readonly ageSeconds: number;
  readonly saturated: number;
}

async function readTile(job: Job, { tile, programming }: Slot, age: number): Promise<TileRead> {
  const { chip, store, run, context } = job;
  await chip.waitUntil(programming.endedChipSeconds + age, context.stop);
  const readout = await chip.read(tile.region, job.options);
  store.readouts.add({
    programming: programming.id,
    run,
    requestedAgeSeconds: age,
    bootId: job.bootId,
    wallSeconds: context.clock.wallSeconds(),
    calibration: job.calibration,
    readout,
  });
  const middle = (readout.firstSampleSeconds + readout.lastSampleSeconds) / 2;
  return { ageSeconds: middle - programming.endedChipSeconds, saturated: readout.saturatedCells };
}

function summed(requestedSeconds: number, devices: number, tiles: readonly TileRead[]): AgeRead {
  const trueAges = tiles.map((tile) => tile.ageSeconds);
  return {
    requestedSeconds,
    devices,
    youngestSeconds: Math.min(...trueAges),
    oldestSeconds: Math.max(...trueAges),
    saturatedDevices: tiles.reduce((sum, tile) => sum + tile.saturated, 0),
  };
}

function lineOf(read: AgeRead): string {
  const ages =
    read.oldestSeconds > 1.01 * read.requestedSeconds + 1
      ? `true ages ${formatDuration(read.youngestSeconds)} to ${formatDuration(read.oldestSeconds)}`
      : "on time";
  const saturated = read.saturatedDevices === 0 ? "" : `, ${read.saturatedDevices} saturated`;
  return `${formatDuration(read.requestedSeconds).padEnd(8)} ${read.devices.toLocaleString("en")} devices, ${ages}${saturated}`;
}
