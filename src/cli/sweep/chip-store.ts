/** The store of one emulated chip: calibrated, programmed and read as a user would. Loaded only where a chip is to be made. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { calibrate } from "../actions/calibrate.ts";
import { startEmulator } from "../actions/emulator-process.ts";
import { program } from "../actions/program.ts";
import { read } from "../actions/read.ts";
import type { Context } from "../context.ts";
import { durations, type Instance } from "./instances.ts";

/** Up to this age a region is read by the run that programs the others, which takes a chip minutes. */
const readWhileProgrammingSeconds = 3600;

/** What decides how a chip comes to its readings. */
export interface ChipPlan {
  readonly network: string;
  readonly profile: string;
  readonly folder: string;
  readonly agesSeconds: readonly number[];
  readonly gmax: string;
  readonly bias: "array" | "digital";
  readonly verifyAt?: string | undefined;
  /** How often it is read at the last of the ages; once when missing. */
  readonly readings?: number;
}

/** Makes the store of a chip: calibrated, programmed, and read at every age. */
export async function measure(
  plan: ChipPlan,
  instance: Instance,
  store: string,
  context: Context,
): Promise<void> {
  const quiet: Context = { ...context, output: context.output.withoutResults() };
  const { profile, folder, network, gmax, bias, verifyAt, agesSeconds } = plan;
  const { seed, scale, algorithm, devices } = instance;
  const soon = agesSeconds.filter((age) => age > 0 && age <= readWhileProgrammingSeconds);
  const later = agesSeconds.filter((age) => age > readWhileProgrammingSeconds);
  const emulator = await startEmulator({ profile, seed, pty: join(folder, "chip") }, context);
  try {
    // The chip is gone with the instance, and its wear with it.
    const ledger = { ledger: `${store}.ledger`, rehearsal: true };
    const chip = { chip: emulator.resource, baud: defaultBaudRate, store, ...ledger };
    await calibrate({ ...chip, valid: "30d" }, quiet);
    const readAt = soon.length === 0 ? {} : { readAt: durations(soon) };
    const how = { gmax, bias, scale, algorithm, devices, ...(verifyAt !== undefined && { verifyAt }) };
    await program({ ...chip, network, ...how, ...readAt }, quiet);
    const howRead = { averages: 5, volts: "0.3V" };
    if (later.length > 0) await read({ ...chip, at: durations(later), ...howRead }, quiet);
    const again = durations(agesSeconds.slice(-1));
    for (let done = 1; done < (plan.readings ?? 1); done++)
      await read({ ...chip, at: again, ...howRead }, quiet);
  } finally {
    await emulator.stop();
    await rm(`${store}.ledger`, { recursive: true, force: true });
  }
}

/** Removes the store of a chip, with what lies beside it. */
export const forget = async (store: string): Promise<void> => {
  for (const file of [store, `${store}-wal`, `${store}-shm`, `${store}.ledger`])
    await rm(file, { recursive: true, force: true });
};
