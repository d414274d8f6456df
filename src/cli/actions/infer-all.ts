/** Runs the test images at every time that was read under every compensation, and keeps each accuracy with what it came from. */

import { LabError } from "../../core/errors.ts";
import { checkAdaptation } from "../../inference/adaptation-check.ts";
import {
  type Compensation,
  type CompensationCost,
  CompensationLadder,
} from "../../inference/compensation.ts";
import { engineLabel } from "../../inference/engines.ts";
import { type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters } from "../../inference/graph.ts";
import type { ChipDetails } from "./chip-details.ts";
import {
  engineSuffix,
  type InferJob,
  modelledProductsOf,
  productsAt,
  withDigitalLayers,
} from "./infer-job.ts";
import type { Accuracy } from "./infer-table.ts";
import type { ArrayProducts } from "./modelled-array.ts";
import { referenceWeights, type StoredWeights, weightsAt } from "./stored-weights.ts";

export interface InferResult {
  readonly network: string;
  readonly images: number;
  /** What of the array was modelled beside the conductances that were read; null for nothing. */
  readonly modelled: string | null;
  readonly digital: Accuracy;
  /** What adapting the digital network's own statistics costs, in percent; null without adabs. */
  readonly digitalAdaptationLossPercent: number | null;
  readonly accuracies: readonly AccuracyAt[];
}

export interface AccuracyAt extends Accuracy {
  readonly ageSeconds: number;
  readonly compensation: string;
  readonly cost: CompensationCost;
  /** The calibrations of the converters that conductances were derived with. */
  readonly calibrations: readonly string[];
  /** Factors of GDC, one a layer. */
  readonly alphas: readonly number[];
  /** Null where no layer ran on the chip. */
  readonly chip: ChipDetails | null;
}

/** What is the same at all times. */
interface Course {
  readonly reference: StoredWeights;
  readonly ladder: CompensationLadder;
  /** Undefined when nothing is modelled. */
  readonly modelled: ArrayProducts | undefined;
  /** Behind the name of a compensation: the engines. */
  readonly suffix: string;
  /** Begins another pass over the images. */
  readonly nextPass: () => (done: number) => void;
}

/** @throws LabError INTERRUPTED when the user stops it; what was found by then is kept. */
export async function inferAll(job: InferJob, methods: readonly Compensation[]): Promise<InferResult> {
  const { network, test, store, ages, converters, context } = job;
  const { digital, lossPercent } = await digitalBaseline(job, methods);
  keep(job, null, "digital", digital, [], job.sources);
  const read = ages.map((age) => withDigitalLayers(job, weightsAt(store, network, age, converters)));
  const progress = context.output.progress("inference", "images", test.count * ages.length * methods.length);
  const course: Course = {
    reference: withDigitalLayers(job, referenceWeights(store, network, job.referenceAge, converters)),
    ladder: new CompensationLadder(network, job.calibration),
    modelled: await modelledProductsOf(job, read[0]),
    suffix: engineSuffix(job),
    nextPass: progressBy((images) => progress.advance(images)),
  };
  const accuracies: AccuracyAt[] = [];
  for (const now of read) {
    await job.arrays?.at(now.ageSeconds, now.weights);
    for (const method of methods) accuracies.push(await accuracyAt(job, course, now, method));
    for (const warning of job.arrays?.warnings() ?? []) context.output.warn(warning);
  }
  progress.end();
  return {
    network: job.name,
    images: test.count,
    modelled: job.modelled?.text ?? null,
    digital: accuracyOf(digital),
    digitalAdaptationLossPercent: lossPercent,
    accuracies,
  };
}

async function accuracyAt(
  job: InferJob,
  { reference, ladder, modelled, suffix, nextPass }: Course,
  now: StoredWeights,
  method: Compensation,
): Promise<AccuracyAt> {
  const { network, test, context } = job;
  if (context.stop.aborted)
    throw new LabError("INTERRUPTED", "inference was stopped by the user", {
      next: "the results so far are stored; run it again for the rest",
    });
  const products = productsAt(job, modelled, now);
  const compensated = await ladder.compensate(method, reference.weights, now.weights, products);
  const { alphas, cost, note, parameters } = compensated;
  const evaluation = await evaluate(network, parameters, test, { ...job.options, onProgress: nextPass() });
  if (note !== undefined) context.output.warn(note);
  // What is compensated is compared with the readings right after programming.
  const readouts =
    method.scale === "none" ? now.readouts : [...new Set([...reference.readouts, ...now.readouts])];
  const compensation = `${method.name}${suffix}`;
  const chip = await job.arrays?.details();
  const { ageSeconds, calibrations } = now;
  keep(job, ageSeconds, compensation, evaluation, readouts, {
    ...job.sources,
    engine: engineLabel(job.engines),
    ...(modelled && { modelled: modelled.details() }),
    ...(chip && { chip }),
    calibrations,
    alphas,
    cost,
  });
  return {
    ...accuracyOf(evaluation),
    ...{ ageSeconds, compensation, calibrations, alphas, cost },
    chip: chip ?? null,
  };
}

/** The digital accuracy; with adabs also what adapting the digital statistics does, since that is a loss of its own. */
async function digitalBaseline(
  job: InferJob,
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
  job: InferJob,
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
