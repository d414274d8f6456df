/** Accuracy of the programmed network at every time that was read, under every compensation asked for, beside the digital baseline. */

import { LabError } from "../../core/errors.ts";
import { checkAdaptation } from "../../inference/adaptation-check.ts";
import {
  type Compensation,
  type CompensationCost,
  CompensationLadder,
} from "../../inference/compensation.ts";
import { type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters } from "../../inference/graph.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { gather, type InferArguments, type Inputs, parseMethods } from "./infer-inputs.ts";
import { type Accuracy, inferenceTable } from "./infer-table.ts";
import { type StoredWeights, weightsAt } from "./stored-weights.ts";

export interface InferResult {
  readonly network: string;
  readonly images: number;
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
  })[];
}

export async function infer(args: InferArguments, context: Context): Promise<InferResult> {
  const methods = parseMethods(args.compensation);
  const store = openStore(args.store, { mode: "existing" });
  try {
    const inputs = await gather(args, methods, store);
    const config = { ...args, compensation: methods.map(({ name }) => name) };
    const result = await recorded(store, context, { command: "infer", seed: args.seed, config }, (run) =>
      inferAll({ ...inputs, store, run, context, seed: args.seed }, methods),
    );
    context.output.result(result, inferenceTable(result));
    return result;
  } finally {
    store.close();
  }
}

interface Job extends Inputs {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
  readonly seed: number;
}

async function inferAll(job: Job, methods: readonly Compensation[]): Promise<InferResult> {
  const { network, test, store, ages } = job;
  const { digital, lossPercent } = await digitalBaseline(job, methods);
  keep(job, null, "digital", digital, [], job.sources);
  const read = ages.map((age) => weightsAt(store, network, age, job.converters));
  const reference = weightsAt(store, network, job.referenceAge, job.converters);
  const progress = job.context.output.progress(
    "inference",
    "images",
    test.count * ages.length * methods.length,
  );
  const ladder = new CompensationLadder(network, job.calibration);
  const onProgress = progressBy((images) => progress.advance(images));
  const accuracies: InferResult["accuracies"][number][] = [];
  for (const now of read) {
    for (const method of methods) {
      if (job.context.stop.aborted)
        throw new LabError("INTERRUPTED", "inference was stopped by the user", {
          next: "the results so far are stored; run it again for the rest",
        });
      const compensated = await ladder.compensate(method, reference.weights, now.weights);
      const options = { ...job.options, onProgress: onProgress() };
      const evaluation = await evaluate(network, compensated.parameters, test, options);
      const { alphas, cost, note } = compensated;
      if (note !== undefined) job.context.output.warn(note);
      // What is compensated is compared with the readings right after programming.
      const readouts =
        method.scale === "none" ? now.readouts : [...new Set([...reference.readouts, ...now.readouts])];
      keep(job, now.ageSeconds, method.name, evaluation, readouts, {
        ...job.sources,
        calibrations: now.calibrations,
        alphas,
        cost,
      });
      accuracies.push({
        ageSeconds: now.ageSeconds,
        compensation: method.name,
        calibrations: now.calibrations,
        alphas,
        cost,
        ...accuracyOf(evaluation),
      });
    }
  }
  progress.end();
  const baseline = accuracyOf(digital);
  return {
    network: job.name,
    images: test.count,
    digital: baseline,
    digitalAdaptationLossPercent: lossPercent,
    accuracies,
  };
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
