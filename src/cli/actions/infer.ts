/** Accuracy of the programmed network at every time that was read, under every compensation asked for, beside the digital baseline. */

import { LabError } from "../../core/errors.ts";
import { checkAdaptation } from "../../inference/adaptation-check.ts";
import {
  type Compensation,
  type CompensationCost,
  CompensationLadder,
} from "../../inference/compensation.ts";
import { engineLabel } from "../../inference/engines.ts";
import { type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters, type Parameters } from "../../inference/graph.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import type { ChipArrays, ChipDetails } from "./chip-arrays.ts";
import { gather, type InferArguments, type Inputs, parseMethods } from "./infer-inputs.ts";
import { type Accuracy, inferenceTable } from "./infer-table.ts";
import { ArrayProducts } from "./modelled-array.ts";
import { referenceWeights, type StoredWeights, weightsAt } from "./stored-weights.ts";
import { type MaybeChipArguments, type OnChip, withChipArrays } from "./with-chip-arrays.ts";

export interface InferResult {
  readonly network: string;
  readonly images: number;
  /** What of the array was modelled beside the conductances that were read; null for nothing. */
  readonly modelled: string | null;
  readonly digital: Accuracy;
  /** What adapting the digital network's own statistics costs, in percent; null without adabs. */
  readonly digitalAdaptationLossPercent: number | null;
  readonly accuracies: readonly (Accuracy & {
    readonly ageSeconds: number;
    readonly compensation: string;
    readonly cost: CompensationCost;
    /** The calibrations of the converters that conductances were derived with. */
    readonly calibrations: readonly string[];
    /** Factors of GDC, one a layer. */
    readonly alphas: readonly number[];
    /** Null where no layer ran on the chip. */
    readonly chip: ChipDetails | null;
  })[];
}

export async function infer(
  args: InferArguments & MaybeChipArguments,
  context: Context,
): Promise<InferResult> {
  const methods = parseMethods(args.compensation);
  const store = openStore(args.store, { mode: "existing" });
  try {
    const inputs = await gather(args, methods, store);
    const config = { ...args, compensation: methods.map(({ name }) => name) };
    const work = (on: OnChip | undefined): Promise<InferResult> =>
      recorded(store, context, { command: "infer", seed: args.seed, config }, (run) => {
        on?.remarks.keepIn(store, run);
        if (on !== undefined) store.chips.attach(run, on.chip.descriptor);
        const arrays = on?.arrays;
        return inferAll(
          { ...withArrays(inputs, arrays), arrays, store, run, context, seed: args.seed },
          methods,
        );
      });
    const result = inputs.engines.includes("chip")
      ? await withChipArrays(args, inputs, store, context, work)
      : await work(undefined);
    context.output.result(result, inferenceTable(result));
    return result;
  } finally {
    store.close();
  }
}

/** The products of every session that needs an array are done by the chip. */
const withArrays = (inputs: Inputs, arrays: ChipArrays | undefined): Inputs =>
  arrays === undefined
    ? inputs
    : {
        ...inputs,
        options: { ...inputs.options, arrays },
        calibration: inputs.calibration && { ...inputs.calibration, arrays },
      };

interface Job extends Inputs {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
  readonly seed: number;
  /** The chip, when a layer runs on it. */
  readonly arrays: ChipArrays | undefined;
}

async function inferAll(job: Job, methods: readonly Compensation[]): Promise<InferResult> {
  const { network, test, store, ages } = job;
  const { digital, lossPercent } = await digitalBaseline(job, methods);
  keep(job, null, "digital", digital, [], job.sources);
  const at = (age: number): StoredWeights =>
    withDigitalLayers(job, weightsAt(store, network, age, job.converters));
  const read = ages.map(at);
  const reference = withDigitalLayers(
    job,
    referenceWeights(store, network, job.referenceAge, job.converters),
  );
  const suffix = engineSuffix(job);
  const modelled = await modelledProductsOf(job, read[0]);
  const progress = job.context.output.progress(
    "inference",
    "images",
    test.count * ages.length * methods.length,
  );
  const ladder = new CompensationLadder(network, job.calibration);
  const onProgress = progressBy((images) => progress.advance(images));
  const accuracies: InferResult["accuracies"][number][] = [];
  for (const now of read) {
    await job.arrays?.at(now.ageSeconds, now.weights);
    for (const method of methods) {
      if (job.context.stop.aborted)
        throw new LabError("INTERRUPTED", "inference was stopped by the user", {
          next: "the results so far are stored; run it again for the rest",
        });
      const compensated = await ladder.compensate(
        method,
        reference.weights,
        now.weights,
        productsAt(job, modelled, now),
      );
      const options = { ...job.options, onProgress: onProgress() };
      const evaluation = await evaluate(network, compensated.parameters, test, options);
      const { alphas, cost, note } = compensated;
      if (note !== undefined) job.context.output.warn(note);
      // What is compensated is compared with the readings right after programming.
      const readouts =
        method.scale === "none" ? now.readouts : [...new Set([...reference.readouts, ...now.readouts])];
      const compensation = `${method.name}${suffix}`;
      const chip = await job.arrays?.details();
      keep(job, now.ageSeconds, compensation, evaluation, readouts, {
        ...job.sources,
        engine: engineLabel(job.engines),
        ...(modelled && { modelled: modelled.details() }),
        ...(chip && { chip }),
        calibrations: now.calibrations,
        alphas,
        cost,
      });
      accuracies.push({
        ageSeconds: now.ageSeconds,
        compensation,
        calibrations: now.calibrations,
        alphas,
        cost,
        chip: chip ?? null,
        ...accuracyOf(evaluation),
      });
    }
    for (const warning of job.arrays?.warnings() ?? []) job.context.output.warn(warning);
  }
  progress.end();
  const baseline = accuracyOf(digital);
  return {
    network: job.name,
    images: test.count,
    modelled: job.modelled?.text ?? null,
    digital: baseline,
    digitalAdaptationLossPercent: lossPercent,
    accuracies,
  };
}

/** Layers that stay digital have the weights of the file at every age. */
const withDigitalLayers = ({ network, engines }: Job, read: StoredWeights): StoredWeights => ({
  ...read,
  weights: read.weights.map((weights, layer) =>
    engines[layer] === "digital" ? (network.layers[layer]?.weights ?? weights) : weights,
  ),
});

/** What tells results of other engines and of modelled products from those of the readout alone, which people see most. */
const engineSuffix = ({ engines, modelled }: Job): string => {
  const label = engineLabel(engines);
  const words = [...(label === "readout" ? [] : [label]), ...(modelled === undefined ? [] : ["modelled"])];
  return words.length === 0 ? "" : `@${words.join("+")}`;
};

/** Undefined when nothing is modelled. */
async function modelledProductsOf(
  job: Job,
  read: StoredWeights | undefined,
): Promise<ArrayProducts | undefined> {
  const { network, modelled, calibration, store, seed } = job;
  if (modelled === undefined || read === undefined) return undefined;
  const chip = store.chips.latest()?.descriptor;
  return ArrayProducts.open(network, modelled, read.arrays, calibration, chip, seed);
}

/** Of each layer: those of its engine, where they are not exact. */
function productsAt(
  { engines, arrays }: Job,
  modelled: ArrayProducts | undefined,
  now: StoredWeights,
): Parameters["products"] {
  const own = modelled?.of(now.arrays);
  if (own === undefined) return arrays?.products;
  return engines.map((engine, layer) => (engine === "readout" ? own[layer] : arrays?.products?.[layer]));
}

/** The digital accuracy; with adabs also what adapting the digital statistics does, since that is a loss of its own. */
async function digitalBaseline(
  job: Job,
  methods: readonly Compensation[],
): Promise<{ digital: Evaluation; lossPercent: number | null }> {
  const { network, test, options, context } = job;
  if (job.calibration === undefined || !methods.some(({ adabs }) => adabs)) {
    return { digital: await evaluate(network, digitalParameters(network), test, options), lossPercent: null };
  }
  const check = await checkAdaptation(network, test, job.calibration);
  if (check.warning !== undefined) context.output.warn(check.warning);
  return { digital: check.plain, lossPercent: check.lostPercent };
}

function keep(
  job: Job,
  ageSeconds: number | null,
  compensation: string,
  evaluation: Evaluation,
  readouts: StoredWeights["readouts"],
  details: object,
): void {
  job.store.results.add({
    run: job.run,
    ageSeconds,
    compensation,
    images: evaluation.count,
    correct: evaluation.correct,
    interval: evaluation.interval,
    details,
    predictions: Uint16Array.from(evaluation.predictions, (prediction) =>
      prediction < 0 ? 0xffff : prediction,
    ),
    readouts,
  });
}

export const accuracyOf = ({ correct, count, accuracy, interval }: Evaluation): Accuracy => ({
  correct,
  images: count,
  accuracy,
  interval,
});

/** Turns "so many done of this pass" into "so many more". */
function progressBy(advance: (images: number) => void): () => (done: number) => void {
  return () => {
    let before = 0;
    return (done) => {
      advance(done - before);
      before = done;
    };
  };
}
