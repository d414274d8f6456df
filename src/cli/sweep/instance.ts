/** One instance of a sweep, as a user would run it: an emulated chip of its own, calibrated, programmed, read and run. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { openStore } from "../../store/store.ts";
import { calibrate } from "../actions/calibrate.ts";
import { startEmulator } from "../actions/emulator-process.ts";
import { infer } from "../actions/infer.ts";
import { type ImageArguments, parseMethods } from "../actions/infer-inputs.ts";
import { program } from "../actions/program.ts";
import { read } from "../actions/read.ts";
import type { Context } from "../context.ts";
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

/** The accuracies of an instance; what an earlier sweep found is taken, and what it left unfinished is begun anew. */
export async function runInstance(
  plan: InstancePlan,
  instance: Instance,
  context: Context,
): Promise<InstanceAccuracy[]> {
  const store = join(plan.folder, instanceName(instance));
  const known = await earlier(plan, instance, store);
  if (known !== undefined) {
    context.output.note(`${variantName(instance)}, seed ${instance.seed}: taken from ${store}`);
    return known;
  }
  await forget(store);
  context.output.note(`${variantName(instance)}, seed ${instance.seed}: ${store}`);
  await measure(plan, instance, store, context);
  return accuraciesIn(plan, instance, store) ?? [];
}

async function measure(
  plan: InstancePlan,
  instance: Instance,
  store: string,
  context: Context,
): Promise<void> {
  const quiet: Context = { ...context, output: context.output.withoutResults() };
  const { profile, folder, network, gmax, bias, verifyAt } = plan;
  const { seed, scale, algorithm, devices } = instance;
  const emulator = await startEmulator({ profile, seed, pty: join(folder, "chip") }, context);
  try {
    // The chip is gone with the instance, and its wear with it.
    const chip = { chip: emulator.resource, baud: defaultBaudRate, store, ledger: `${store}.ledger` };
    await calibrate({ ...chip, valid: "30d" }, quiet);
    const how = { gmax, bias, scale, algorithm, devices, ...(verifyAt !== undefined && { verifyAt }) };
    await program({ ...chip, network, ...how }, quiet);
    const at = plan.agesSeconds.map((age) => `${age}s`).join(",");
    await read({ ...chip, at, averages: 5, volts: "0.3V" }, quiet);
  } finally {
    await emulator.stop();
    await rm(`${store}.ledger`, { recursive: true, force: true });
  }
  await infer({ ...plan, store, seed }, quiet);
}

const forget = async (store: string): Promise<void> => {
  for (const file of [store, `${store}-wal`, `${store}-shm`, `${store}.ledger`])
    await rm(file, { recursive: true, force: true });
};

/** Undefined when the store is not there, cannot be used, or lacks a time, a compensation or the images. */
async function earlier(
  plan: InstancePlan,
  instance: Instance,
  path: string,
): Promise<InstanceAccuracy[] | undefined> {
  try {
    return accuraciesIn(plan, instance, path);
  } catch {
    return undefined;
  }
}

/** @throws LabError STORE when the store cannot be read. */
function accuraciesIn(plan: InstancePlan, instance: Instance, path: string): InstanceAccuracy[] | undefined {
  const store = openStore(path, { mode: "read" });
  try {
    const latest = store.results.latest();
    const digital = latest.find(({ ageSeconds }) => ageSeconds === null);
    if (digital === undefined || (plan.limit !== undefined && digital.images > plan.limit)) return undefined;
    const wanted = plan.agesSeconds.flatMap((age) =>
      parseMethods(plan.compensation).map(({ name }) => ({ age, name })),
    );
    const found = wanted.flatMap(({ age, name }) => {
      const result = latest.find(
        ({ ageSeconds, compensation, images }) =>
          ageSeconds === age && compensation === name && images === digital.images,
      );
      return result === undefined
        ? []
        : [
            {
              variant: variantName(instance),
              seed: instance.seed,
              ageSeconds: age,
              compensation: name,
              accuracy: result.correct / result.images,
              digital: digital.correct / digital.images,
            },
          ];
    });
    return found.length === wanted.length ? found : undefined;
  } finally {
    store.close();
  }
}
