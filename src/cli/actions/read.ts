/** Reads every programmed tile at given ages; a tile that is already older is read at once, and stamped with its true time. */

import type { RemoteChip } from "../../../drivers/chip/remote-chip.ts";
import type { Chip } from "../../chip/chip.ts";
import { nominalCalibration, type ReadOptions } from "../../chip/readout.ts";
import { cellCount } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseDurations, parseQuantity } from "../../core/units.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { bootNote } from "./boot-note.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface ReadArguments extends ChipArguments {
  readonly store: string;
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
  const ages = parseDurations(args.at).sort((a, b) => a - b);
  const options = { averages: args.averages, readVolts: parseQuantity(args.volts, "V") };
  if (ages.some((age) => !(age >= 0)))
    throw new LabError("USAGE", `--at ${args.at}: times cannot be negative`);
  const store = openStore(args.store, { mode: "existing" });
  try {
    const done = await withChip(args, context, (chip, board) =>
      recorded(
        store,
        context,
        { command: "read", seed: null, config: { ages, ...options, chip: args.chip } },
        async (run) => {
          store.chips.attach(run, chip.descriptor);
          const slots = slotsOf(store, board);
          return readAges({ store, run, chip, options, context }, slots, ages);
        },
      ),
    );
    context.output.result({ reads: done }, done.map(lineOf).join("\n"));
    return done;
  } finally {
    store.close();
  }
}

interface Slot {
  readonly tile: StoredTile;
  readonly programming: StoredProgramming;
}

interface Job {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly chip: Chip;
  readonly options: ReadOptions;
  readonly context: Context;
}

/** All tiles, in the order in which they fall due. @throws LabError STORE_CONTENT. */
function slotsOf(store: Store, board: RemoteChip): Slot[] {
  const { tiles } = store.networks.get();
  const current = new Map(store.programmings.current().map((programming) => [programming.tile, programming]));
  const slots = tiles.flatMap((tile): Slot[] => {
    const programming = current.get(tile.id);
    return programming === undefined ? [] : [{ tile, programming }];
  });
  const missing = tiles.length - slots.length;
  if (missing > 0) {
    throw new LabError(
      "STORE_CONTENT",
      `${missing} of ${tiles.length} tiles in ${store.path} were never programmed`,
      {
        next: "finish `pcmlab program` first",
      },
    );
  }
  if (slots.some(({ programming }) => programming.bootNote !== bootNote(board.bootId))) {
    throw new LabError(
      "STORE_CONTENT",
      `the board restarted since ${store.path} was programmed: its clock no longer tells ages`,
      {
        next: "program the network again; an emulator that was restarted is a fresh chip",
      },
    );
  }
  return slots.sort((a, b) => a.programming.endedChipSeconds - b.programming.endedChipSeconds);
}

async function readAges(job: Job, slots: readonly Slot[], ages: readonly number[]): Promise<AgeRead[]> {
  const devices = slots.reduce((sum, { tile }) => sum + cellCount(tile.region), 0);
  const progress = job.context.output.progress("reading", "devices", devices * ages.length);
  const done: AgeRead[] = [];
  for (const age of ages) {
    const tiles: TileRead[] = [];
    for (const slot of slots) {
      if (job.context.stop.aborted) throw new LabError("INTERRUPTED", "reading was stopped by the user");
      tiles.push(await readTile(job, slot, age));
      progress.advance(cellCount(slot.tile.region));
    }
    done.push(summed(age, devices, tiles));
  }
  progress.end();
  return done;
}

interface TileRead {
  readonly ageSeconds: number;
  readonly saturated: number;
}

async function readTile(job: Job, { tile, programming }: Slot, age: number): Promise<TileRead> {
  const { chip, store, run, context } = job;
  await chip.waitUntil(programming.endedChipSeconds + age);
  const readout = await chip.read(tile.region, job.options);
  store.readouts.add({
    programming: programming.id,
    run,
    requestedAgeSeconds: age,
    wallSeconds: context.clock.wallSeconds(),
    calibration: nominalCalibration(chip.descriptor),
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
