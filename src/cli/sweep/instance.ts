/** One instance of a sweep, as a user would run it: an emulated chip of its own, calibrated, programmed, read and run. */

import { join } from "node:path";
import { LabError } from "../../core/errors.ts";
import type { StoredResult } from "../../store/results.ts";
import { openStore } from "../../store/store.ts";
import { type ImageArguments, parseMethods } from "../actions/image-inputs.ts";
import { infer } from "../actions/infer.ts";
import { type ArrayArguments, type ModelledArray, modelledLabel } from "../actions/modelled-array.ts";
import type { Context } from "../context.ts";
import type { ChipPlan } from "./chip-store.ts";
import { isFrom } from "./identity.ts";
import { durations, type Instance, instanceName, variantName } from "./instances.ts";
import type { InstanceAccuracy } from "./statistics.ts";

export interface InstancePlan
  extends Omit<ImageArguments, "seed">,
    ArrayArguments,
    Omit<ChipPlan, "readings"> {
  readonly compensation: string;
}

/** What tells the results of this plan from those of others in the same folder. */
export interface PlanIdentity {
  /** Of what decides the readings of the chips. */
  readonly digest: string;
  /** Of the images, as they stand in the details of results. */
  readonly sources: object;
  /** What of the array is modelled beside the conductances that are read. */
  readonly modelled: ModelledArray | undefined;
}

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
    const { forget, measure } = await import("./chip-store.ts");
    await forget(store);
    await measure(plan, instance, store, context);
  }
  const open = known?.open ?? parseMethods(plan.compensation).map((method) => method.name);
  const { seed } = instance;
  await infer(
    { ...plan, store, seed, at: durations(plan.agesSeconds), compensation: open.join(",") },
    { ...context, output: context.output.withoutResults() },
  );
  return [...findings(plan, identity, instance, store).found];
}

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
    const labelled = (name: string): string => modelledLabel(name, identity.modelled);
    const results = store.results
      .latest()
      .filter(({ details, compensation }) =>
        ["digital", ...methods].some(
          (name) =>
            compensation === (name === "digital" ? name : labelled(name)) &&
            isFrom(details, name, identity, instance.seed),
        ),
      );
    const digital = results.find(({ ageSeconds }) => ageSeconds === null);
    const found = methods.flatMap((name) => {
      const own = plan.agesSeconds.flatMap((age) =>
        results.filter(
          ({ ageSeconds, compensation }) => ageSeconds === age && compensation === labelled(name),
        ),
      );
      return digital === undefined ? [] : own.map((result) => accuracyOf(instance, result, digital));
    });
    const open = methods.filter(
      (name) =>
        found.filter(({ compensation }) => compensation === labelled(name)).length !==
        plan.agesSeconds.length,
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
