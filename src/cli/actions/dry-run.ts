/** `program --dry-run`: the same programming on an emulated chip, with a store and a ledger that are thrown away, and what it costs. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { nominalCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { openStore } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { type EmulatedChip, openEmulated, ownDescriptor, type Posed } from "../dry-run/emulated-chip.ts";
import { type DryRunEstimate, textOfEstimate } from "../dry-run/estimate.ts";
import { expectedDevices } from "../dry-run/expected.ts";
import { nominalSpeed, secondsOnLine } from "../dry-run/line-speed.ts";
import { meteredChip } from "../dry-run/pulse-meter.ts";
import { standInFor } from "../dry-run/stand-in.ts";
import { type Survey, survey } from "../dry-run/survey.ts";
import { copyLedgerOf, mostWorn, wearEstimate } from "../dry-run/wear-estimate.ts";
import { ledgerFolder } from "../ledger-folder.ts";
import { marksToAvoid } from "./avoided.ts";
import { givenNetwork } from "./given-network.ts";
import { limitsOf, withGuardedChip } from "./guarded-chip.ts";
import { LineRemarks } from "./line-remarks.ts";
import { loadProfile } from "./profile.ts";
import { type ProgramArguments, programOn } from "./program.ts";

export interface DryRunArguments extends Omit<ProgramArguments, "chip" | "store"> {
  /** Asked, and never pulsed; a chip of `profile` when missing. */
  readonly chip?: string | undefined;
  /** Read for what it knows of the chip, never written. */
  readonly store?: string | undefined;
  /** Name or file of the emulated chip; the built-in one of the chip's model when missing. */
  readonly profile?: string | undefined;
}

/**
 * @throws LabError USAGE without a chip and a profile, BAD_PROFILE when no profile can stand for the chip, and all that `program` would
 * refuse before and during the programming.
 */
export async function dryRun(args: DryRunArguments, context: Context): Promise<DryRunEstimate> {
  const given = await givenNetwork(args);
  const named = args.profile === undefined ? undefined : loadProfile(args.profile);
  const { chip } = args;
  const real = chip === undefined ? undefined : await survey({ ...args, chip }, context);
  const profile = real === undefined ? named : standInFor(real.descriptor, named);
  if (profile === undefined)
    throw new LabError("USAGE", "a dry run needs a chip to stand for, or a profile", {
      next: "give --chip PORT, or --profile NAME without a chip",
    });
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-dry-run-"));
  try {
    const estimate = await estimated({ args, given, real, profile, folder }, context);
    context.output.result(estimate, textOfEstimate(estimate));
    return estimate;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface DryRun {
  readonly args: DryRunArguments;
  readonly given: Awaited<ReturnType<typeof givenNetwork>>;
  readonly real: Survey | undefined;
  readonly profile: ChipProfile;
  /** Of what is thrown away. */
  readonly folder: string;
}

async function estimated(run: DryRun, context: Context): Promise<DryRunEstimate> {
  const { args, real, profile, folder } = run;
  const speed = real?.speed ?? nominalSpeed(args.baud);
  const { marksFile, posed } = await knownPlaces(run);
  const { descriptor } = posed;
  const ledger = ledgerFolder(args.ledger);
  const ledgerFile = real === undefined ? null : copyLedgerOf(descriptor, ledger, folder);
  const before = mostWorn(descriptor, folder);
  const emulated = await openEmulated(profile, posed, context.timer);
  const store = join(folder, "run.db");
  const own = {
    ledger: folder,
    store,
    chip: args.chip ?? "emulator:",
    converterCalibration: "nominal",
  } as const;
  const rehearsed = { ...args, ...own, avoid: [marksFile], rehearsal: true };
  const done = await programmed(run, rehearsed, emulated, context);
  const { maxPulsesPerCell = descriptor.envelope?.maxPulsesPerCell } = limitsOf(args);
  const { wallSeconds: _, ...summary } = done.summary;
  return {
    ...summary,
    ...{ chipSeconds: done.chipSeconds, traffic: done.traffic, speed, joules: done.cost.joules },
    ...expectedFrom(store),
    dryRun: true,
    chip: real === undefined ? null : { resource: real.resource, identification: real.identification },
    emulated: { profile: profile.name, knownStuckDevices: posed.stuck.length },
    wear: { ledger: ledgerFile, ...wearEstimate(before, mostWorn(descriptor, folder), maxPulsesPerCell) },
    secondsOnLine: secondsOnLine(done.chipSeconds, done.traffic, speed),
  };
}

/** The places that the plan avoids, as a file, and the emulated chip with the stuck devices that are known. */
async function knownPlaces({ args, real, profile, folder }: DryRun): Promise<{
  readonly marksFile: string;
  readonly posed: Posed;
}> {
  const descriptor = real?.descriptor ?? ownDescriptor(profile);
  const converters = real?.converters ?? nominalCalibration(descriptor);
  const marks = await marksToAvoid(args.avoid ?? [], descriptor, converters);
  const marksFile = join(folder, "marks.json");
  await writeFile(marksFile, JSON.stringify(marks.map(({ kind: _, ...place }) => place)));
  const stuck = [...(real?.stuck ?? []), ...marks.filter((mark) => mark.kind === "device")];
  return { marksFile, posed: { descriptor, temperatureKelvin: real?.temperatureKelvin, stuck } };
}

/** By the very code that programs a chip. */
async function programmed(
  { given }: DryRun,
  args: ProgramArguments,
  { board, line }: EmulatedChip,
  context: Context,
) {
  const { chip: metered, cost } = meteredChip(board);
  const quiet = { ...context, output: context.output.withoutResults() };
  const before = { seconds: await board.now(), ...line.traffic() };
  const summary = await withGuardedChip(args, metered, context, ({ chip, ledger }) =>
    programOn({ chip, board: metered, remarks: new LineRemarks(context), ledger }, { args, ...given }, quiet),
  );
  const { sentBytes, receivedBytes, roundTrips } = line.traffic();
  const traffic = {
    sentBytes: sentBytes - before.sentBytes,
    receivedBytes: receivedBytes - before.receivedBytes,
    roundTrips: roundTrips - before.roundTrips,
  };
  const chipSeconds = (await board.now()) - before.seconds;
  await board.close();
  return { summary, cost: cost(), traffic, chipSeconds };
}

function expectedFrom(path: string) {
  const store = openStore(path, { mode: "read" });
  try {
    return expectedDevices(store);
  } finally {
    store.close();
  }
}
