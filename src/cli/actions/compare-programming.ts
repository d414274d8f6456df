/** Compares programming algorithms with one pattern and perhaps a network: on emulated chips, or within chosen cells of a real one. */

import { open, writeFile } from "node:fs/promises";
import { LabError, textOf } from "../../core/errors.ts";
import { weightCount } from "../../network/layer.ts";
import { largestNetSiemens } from "../../network/mapping.ts";
import type { ProgrammingComparison } from "../../report/statistics/programming-comparison.ts";
import { comparisonText } from "../comparison/comparison-table.ts";
import { type Entrant, figuresOf, isRead } from "../comparison/entrant.ts";
import { digitalAccuracy } from "../comparison/network-accuracy.ts";
import {
  type CompareArguments,
  type ComparisonPlan,
  planOf,
  usualProfile,
  weightLimitsOf,
} from "../comparison/plan.ts";
import { onEmulatedChips, onRealChip } from "../comparison/run.ts";
import type { Context } from "../context.ts";

/**
 * What was found before a failure is printed, and then the failure is thrown.
 * @throws LabError USAGE, LIMIT, DOES_NOT_FIT before anything is pulsed, INTERRUPTED, and the errors of chip and files.
 */
export async function compareProgramming(
  args: CompareArguments,
  context: Context,
): Promise<ProgrammingComparison> {
  const plan = await planOf(args);
  if (args.html !== undefined) await assertWritable(args.html);
  const { entrants, failure } = await outcomeOf(plan, context);
  const read = entrants.filter(isRead);
  const [first] = read;
  if (first === undefined) throw failure ?? new RangeError("a comparison without an algorithm");
  const comparison = await comparisonOf(plan, first, read, failure);
  if (args.html !== undefined) {
    const { renderComparison } = await import("../../report/comparison.ts");
    await writeFile(args.html, renderComparison(comparison));
  }
  context.output.result(comparison, comparisonText(comparison));
  if (failure !== undefined) throw failure;
  return comparison;
}

/** Hours of pulses shall not end at a folder that is not there. @throws LabError USAGE. */
async function assertWritable(path: string): Promise<void> {
  try {
    await (await open(path, "a")).close();
  } catch (cause) {
    throw new LabError("USAGE", `--html ${path} cannot be written: ${textOf(cause)}`, {
      cause,
      next: "choose another file",
    });
  }
}

/** What ran, and what ended it before its end. */
interface Outcome {
  readonly entrants: readonly Entrant[];
  readonly failure: unknown;
}

async function outcomeOf(plan: ComparisonPlan, context: Context): Promise<Outcome> {
  const entrants: Entrant[] = [];
  try {
    if (plan.args.chip === undefined) await onEmulatedChips(plan, context, entrants);
    else await onRealChip(plan, plan.args.chip, context, entrants);
    return { entrants, failure: undefined };
  } catch (failure) {
    return { entrants, failure };
  }
}

async function comparisonOf(
  plan: ComparisonPlan,
  { descriptor, calibration, multiplies, course }: Entrant,
  entrants: readonly Entrant[],
  failure: unknown,
): Promise<ProgrammingComparison> {
  const { args, agesSeconds, network } = plan;
  const limits = weightLimitsOf(args);
  const algorithms = [];
  for (const entrant of entrants) algorithms.push(await figuresOf(entrant, agesSeconds, limits, network));
  const { manufacturer, model, serialNumber, firmware, emulated } = descriptor;
  return {
    chip: {
      name: `${manufacturer} ${model} ${serialNumber}`,
      firmware,
      emulated,
      ...(args.chip === undefined && { profile: args.profile ?? usualProfile }),
      seed: args.seed,
    },
    ...limits,
    largestSiemens: largestNetSiemens(limits),
    weightsPerLevel: course.weightsPerLevel,
    calibration,
    productsInArray: multiplies,
    ...(network !== undefined && {
      network: {
        name: network.name,
        weights: weightCount(network.network.layers),
        digital: await digitalAccuracy(network),
      },
    }),
    algorithms,
    ...(failure !== undefined && { unfinished: textOf(failure) }),
  };
}
