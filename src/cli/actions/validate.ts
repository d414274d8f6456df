/** Digital network, emulator and chip side by side: layers, devices, accuracy, where the loss comes from, and whether limits are kept. */

import { LabError } from "../../core/errors.ts";
import { needsRanges } from "../../inference/array-model/model.ts";
import { type Compensation, parseCompensation } from "../../inference/compensation.ts";
import { type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters } from "../../inference/graph.ts";
import { openStore } from "../../store/store.ts";
import type { ValidatedSource, ValidationDocument } from "../../store/validation-document.ts";
import type { Context } from "../context.ts";
import { verdicts } from "../exit-codes.ts";
import { recorded } from "../provenance.ts";
import { type ArrayModelling, arrayModelling } from "../validate/array-modelling.ts";
import { assertModelled, checksOf } from "../validate/judge.ts";
import type { Limits } from "../validate/limits.ts";
import { limitsFile } from "../validate/limits-file.ts";
import { type MeasureJob, measureInstance, runsOf } from "../validate/measure.ts";
import { notesOf } from "../validate/notes.ts";
import { sourceOf } from "../validate/source.ts";
import {
  assertUsable,
  recipeFor,
  type Source,
  type SourceArguments,
  type Sources,
  sourcesOf,
} from "../validate/sources.ts";
import { validationTable } from "../validate/table.ts";
import { gatherImages, type ImageArguments, type ImageInputs } from "./image-inputs.ts";
import { accuracyOf } from "./infer-all.ts";
import { type ArrayArguments, modelledArrayOf } from "./modelled-array.ts";
import type { ReadArguments } from "./read.ts";

export interface ValidateArguments
  extends ImageArguments,
    SourceArguments,
    ArrayArguments,
    Omit<ReadArguments, "at" | "chip" | "store"> {
  /** More than one name is refused. */
  readonly compensation: string;
  readonly limits?: string | undefined;
  readonly draws: number;
}

/** @throws LabError for anything that is wrong with files and options, before a chip is read or made. */
export async function validate(args: ValidateArguments, context: Context): Promise<ValidationDocument> {
  const compensation = onlyOne(args.compensation);
  const modelled = modelledArrayOf(args);
  const recipe = await recipeFor(args);
  const ranged = modelled && needsRanges(modelled.model) ? "the modelled array" : undefined;
  const inputs = await gatherImages(args, [compensation], ranged);
  const modelling = arrayModelling(modelled, inputs.calibration);
  const network = assertUsable(args, recipe, inputs.test);
  const names = network.layers.map(({ name }) => name);
  const limits = args.limits === undefined ? undefined : limitsFile(args.limits, names);
  if (limits !== undefined) assertModelled(limits, modelling.parts);
  await takeReadings(args, context);
  const sources = await sourcesOf(args, recipe, context);
  const home = openStore(sources.list[0].instances[0].path, { mode: "existing" });
  try {
    const config = { ...args, compensation: compensation.name };
    const facts = { command: "validate", seed: args.seed, config };
    const document = await recorded(home, context, facts, async (run) => {
      const found = await compared({ args, inputs, compensation, modelling, context }, sources, limits);
      home.validations.add(run, found);
      return found;
    });
    context.output.result(document, validationTable(document));
    if (document.passed === false) context.output.exitCode = verdicts.limitNotKept.exitCode;
    return document;
  } finally {
    home.close();
  }
}

function onlyOne(text: string): Compensation {
  if (!text.includes(",")) return parseCompensation(text);
  throw new LabError("USAGE", `--compensation ${text}: layers are compared under one compensation`, {
    next: "name one; pcmlab infer compares several",
  });
}

/** Of the chip, into its store. */
async function takeReadings(args: ValidateArguments, context: Context): Promise<void> {
  const { chip, store, at } = args;
  if (chip === undefined || store === undefined || at === undefined) return;
  const quiet: Context = { ...context, output: context.output.withoutResults() };
  const how = { ...args, chip, store, at };
  // What talks to boards is loaded where there is one.
  const { read } = await import("./read.ts");
  for (let done = 0; done < args.readings; done++) await read(how, quiet);
}

interface Job {
  readonly args: ValidateArguments;
  readonly inputs: ImageInputs;
  readonly compensation: Compensation;
  readonly modelling: ArrayModelling;
  readonly context: Context;
}

async function compared(
  { args, inputs, compensation, modelling, context }: Job,
  { ageSeconds, list }: Sources,
  limits: Limits | undefined,
): Promise<ValidationDocument> {
  const remarks = new Set<string>();
  const job: MeasureJob = {
    ...{ inputs, compensation, modelling, seed: args.seed, draws: args.draws },
    progress: () => {},
    remark: (text) => remarks.add(text),
  };
  const { network } = list[0].instances[0];
  const digital = await evaluate(network, digitalParameters(network), inputs.test, inputs.options);
  const found = await measured(job, list, digital, ageSeconds, context);
  const [judged] = found;
  const checks = limits === undefined || judged === undefined ? [] : checksOf(judged, limits);
  const { correct, accuracy, interval } = accuracyOf(digital);
  return {
    network: list[0].instances[0].stored.name,
    ...{ ageSeconds, compensation: compensation.name, modelled: modelling.text },
    images: inputs.test.count,
    digital: { correct, accuracy, interval },
    sources: found,
    passed: limits === undefined ? null : checks.every(({ passed }) => passed),
    checks,
    notes: [...remarks, ...found.flatMap((source) => notesOf(source, ageSeconds))],
  };
}

async function measured(
  job: MeasureJob,
  list: readonly Source[],
  digital: Evaluation,
  ageSeconds: number,
  { output, stop }: Context,
): Promise<ValidatedSource[]> {
  const runs = list.flatMap(({ instances }) => instances.map((instance) => runsOf(job, instance)));
  const bar = output.progress(
    "validation",
    "runs",
    runs.reduce((sum, count) => sum + count, 0),
  );
  const progress = (): void => {
    if (stop.aborted)
      throw new LabError("INTERRUPTED", "the validation was stopped by the user", { next: "run it again" });
    bar.advance(1);
  };
  const found: ValidatedSource[] = [];
  for (const { name, instances } of list) {
    const own = [];
    for (const instance of instances)
      own.push({ instance, findings: await measureInstance({ ...job, progress }, instance) });
    found.push(sourceOf(name, own, digital, ageSeconds));
  }
  bar.end();
  return found;
}
