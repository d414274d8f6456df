/** Accuracy over chips, times, compensations and ways of programming, in one command that can be stopped and gone on with. */

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LabError, textOf } from "../../core/errors.ts";
import { parseDurations } from "../../core/units.ts";
import { needsRanges } from "../../inference/array-model/model.ts";
import { exampleShape } from "../../inference/batches.ts";
import type { Context } from "../context.ts";
import { chipDigest } from "../sweep/identity.ts";
import { type InstancePlan, type PlanIdentity, runInstance } from "../sweep/instance.ts";
import { parseSeeds, variantsOf } from "../sweep/instances.ts";
import { type InstanceAccuracy, sweepPoints } from "../sweep/statistics.ts";
import { sweepTable } from "../sweep/table.ts";
import { givenNetwork } from "./given-network.ts";
import { gatherImages, parseMethods } from "./image-inputs.ts";
import { modelledArrayOf } from "./modelled-array.ts";
import { loadProfile } from "./profile.ts";

export interface SweepArguments extends Omit<InstancePlan, "agesSeconds"> {
  readonly at: string;
  readonly seeds: string;
  /** Lists with commas. */
  readonly scale: string;
  readonly algorithms: string;
  readonly devices: 2 | 4;
}

/** @throws LabError for anything that is wrong with the network, the images or the options, before the first chip is made. */
export async function sweep(args: SweepArguments, context: Context): Promise<void> {
  const { at, seeds, scale, algorithms, devices, ...shared } = args;
  const agesSeconds = [...new Set(parseDurations(at))].sort((a, b) => a - b);
  const plan: InstancePlan = { ...shared, agesSeconds };
  const instances = variantsOf(scale, algorithms, devices).flatMap((variant) =>
    parseSeeds(seeds).map((seed) => ({ ...variant, seed })),
  );
  const { images, ...identity } = await assertUsable(plan);
  await prepared(plan.folder);
  const accuracies: InstanceAccuracy[] = [];
  for (const [done, instance] of instances.entries()) {
    if (context.stop.aborted) throw stopped(plan.folder, done, instances.length);
    accuracies.push(...(await runInstance(plan, identity, instance, context)));
    await kept(plan, accuracies, images);
  }
  const points = sweepPoints(accuracies);
  const report = join(plan.folder, "sweep.html");
  const text = `${sweepTable(points, accuracies[0]?.digital ?? 0)}\n\nreport: ${report}`;
  context.output.result({ points, accuracies, report }, text);
}

/** What tells this sweep from others, and how many images there are. */
async function assertUsable(plan: InstancePlan): Promise<PlanIdentity & { images: number }> {
  const profile = loadProfile(plan.profile);
  const { onnx, network } = await givenNetwork(plan);
  const modelled = modelledArrayOf(plan);
  const ranged = modelled && needsRanges(modelled.model) ? "the modelled array" : undefined;
  const methods = parseMethods(plan.compensation);
  const { test, sources } = await gatherImages({ ...plan, seed: 0 }, methods, ranged);
  exampleShape(network, test);
  return { digest: chipDigest({ ...plan, onnx, profile }), sources, modelled, images: test.count };
}

async function prepared(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new LabError("USAGE", `${folder} cannot be used: ${textOf(cause)}`, {
      cause,
      next: "choose another --folder",
    });
  }
}

/** After every instance, so that a sweep that is stopped has what it found. */
async function kept(
  { network, profile, folder }: InstancePlan,
  accuracies: readonly InstanceAccuracy[],
  images: number,
): Promise<void> {
  const points = sweepPoints(accuracies);
  const found = { network: basename(network), profile, images, digital: accuracies[0]?.digital ?? 0, points };
  await writeFile(join(folder, "sweep.json"), `${JSON.stringify({ ...found, accuracies }, null, 2)}\n`);
  const { renderSweep } = await import("../../report/sweep.ts");
  await writeFile(join(folder, "sweep.html"), renderSweep(found));
}

const stopped = (folder: string, done: number, all: number): LabError =>
  new LabError("INTERRUPTED", `the sweep was stopped by the user after ${done} of ${all} chips`, {
    next: `what was found is in ${folder}; the same command goes on`,
  });
