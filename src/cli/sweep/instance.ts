/** One instance of a sweep, as a user would run it: an emulated chip of its own, calibrated, programmed, read and run. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredResult } from "../../store/results.ts";
import { openStore } from "../../store/store.ts";
import { calibrate } from "../actions/calibrate.ts";
import { startEmulator } from "../actions/emulator-process.ts";
import { infer } from "../actions/infer.ts";
import { type ImageArguments, parseMethods } from "../actions/infer-inputs.ts";
import { program } from "../actions/program.ts";
import { read } from "../actions/read.ts";
import type { Context } from "../context.ts";
import { isFrom } from "./identity.ts";
import { type Instance, instanceName, variantName } from "./instances.ts";
import type { InstanceAccuracy } from "./statistics.ts";

export interface InstancePlan extends Omit<ImageArguments, "seed"> {
  readonly network: string;
  readonly profile: string;
  readonly folder: string;
  readonly agesSeconds: readonly number[];
  readonly compensation: string;
  readonly gmax: string;
  readonly bias: "array" | "digital";
  readonly verifyAt?: string | undefined;
}

/** What tells the results of this plan from those of others in the same folder. */
export interface PlanIdentity {
  /** Of what decides the readings of the chips. */
  readonly digest: string;
  /** Of the images, as they stand in the details of results. */
  readonly sources: object;
}

/** Up to this age a region is read by the run that programs the others, which takes a chip minutes. */
const readWhileProgrammingSeconds = 3600;

/** The accuracies of an instance: chips that an earlier sweep has read and what it found are taken, the rest is done. */
export async function runInstance(
  plan: InstancePlan,
  identity: PlanIdentity,
  instance: Instance,
  context: Context,
): Promise<InstanceAccuracy[]> {
  const store = join(plan.folder, instanceName(instance, identity.digest));
  const name = `${variantName(instance)}, seed ${instance.seed}`;
  const known = earlier(plan, identity, instance, store);
  if (known?.open.length === 0) {
    context.output.note(`${name}: taken from ${store}`);
    return [...known.found];
  }
  context.output.note(`${name}: ${store}`);
  if (known === undefined) {
    await forget(store);
    await measure(plan, instance, store, context);
  }
  const open = known?.open ?? parseMethods(plan.compensation).map((method) => method.name);
  const { seed } = instance;
  await infer(
    { ...plan, store, seed, at: durations(plan.agesSeconds), compensation: open.join(",") },
    quietly(context),
  );
  return [...findings(plan, identity, instance, store).found];
}

const quietly = (context: Context): Context => ({ ...context, output: context.output.withoutResults() });

/** What decides how a chip comes to its readings. */
export interface ChipPlan
  extends Pick<
    InstancePlan,
    "network" | "profile" | "folder" | "agesSeconds" | "gmax" | "bias" | "verifyAt"
  > {
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
  const quiet = quietly(context);
  const { profile, folder, network, gmax, bias, verifyAt, agesSeconds } = plan;
  const { seed, scale, algorithm, devices } = instance;
  const soon = agesSeconds.filter((age) => age > 0 && age <= readWhileProgrammingSeconds);
  const later = agesSeconds.filter((age) => age > readWhileProgrammingSeconds);
  const emulator = await startEmulator({ profile, seed, pty: join(folder, "chip") }, context);
  try {
    // The chip is gone with the instance, and its wear with it.
    const chip = { chip: emulator.resource, baud: defaultBaudRate, store, ledger: `${store}.ledger` };
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

const durations = (seconds: readonly number[]): string => seconds.map((one) => `${one}s`).join(",");

/** Removes the store of a chip, with what lies beside it. */
export const forget = async (store: string): Promise<void> => {
  for (const file of [store, `${store}-wal`, `${store}-shm`, `${store}.ledger`])
    await rm(file, { recursive: true, force: true });
};

/** What a store of an instance holds. */
interface Findings {
  readonly found: readonly InstanceAccuracy[];
  /** Compensations that lack a time, the images or the calibration images of the plan. */
  readonly open: readonly string[];
}

/** Undefined when there is no store, or one that cannot be used, or whose chip was not read at every time. */
function earlier(
  plan: InstancePlan,
  identity: PlanIdentity,
  instance: Instance,
  path: string,
): Findings | undefined {
  try {
    return findings(plan, identity, instance, path);
  } catch {
    return undefined;
  }
}

/** @throws LabError STORE when the store cannot be read, STORE_CONTENT when it lacks a time. */
function findings(plan: InstancePlan, identity: PlanIdentity, instance: Instance, path: string): Findings {
  const store = openStore(path, { mode: "read" });
  try {
    const ages = store.readouts.completeAges();
    const unread = plan.agesSeconds.find((age) => !ages.includes(age));
    if (unread !== undefined)
      throw new LabError("STORE_CONTENT", `${path} was not read at ${unread} s`, { next: "read it" });
    const methods = parseMethods(plan.compensation).map(({ name }) => name);
    const results = store.results
      .latest()
      .filter(
        ({ details, compensation }) =>
          ["digital", ...methods].includes(compensation) &&
          isFrom(details, compensation, identity.sources, instance.seed),
      );
    const digital = results.find(({ ageSeconds }) => ageSeconds === null);
    const found = methods.flatMap((name) => {
      const own = plan.agesSeconds.flatMap((age) =>
        results.filter(({ ageSeconds, compensation }) => ageSeconds === age && compensation === name),
      );
      return digital === undefined ? [] : own.map((result) => accuracyOf(instance, result, digital));
    });
    const open = methods.filter(
      (name) => found.filter(({ compensation }) => compensation === name).length !== plan.agesSeconds.length,
    );
    return { found, open };
  } finally {
    store.close();
  }
}

const accuracyOf = (
  instance: Instance,
  { ageSeconds, compensation, correct, images }: StoredResult,
  digital: StoredResult,
): InstanceAccuracy => ({
  variant: variantName(instance),
  seed: instance.seed,
  ageSeconds: ageSeconds ?? 0,
  compensation,
  accuracy: correct / images,
  digital: digital.correct / digital.images,
});
