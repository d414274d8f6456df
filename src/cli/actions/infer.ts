/** Accuracy of the programmed network at every time that was read, under every compensation asked for, beside the digital baseline. */

import { z } from "zod";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { checkAdaptation } from "../../inference/adaptation-check.ts";
import { noAugmentation, parseAugment } from "../../inference/augment.ts";
import {
  type AdabsInput,
  type CompensationMethod,
  compensateAdabs,
  compensateGdc,
  compensationMethods,
  type LayerWeights,
  uncompensated,
} from "../../inference/compensation.ts";
import { type EvaluateOptions, type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters } from "../../inference/graph.ts";
import type { ImageSet } from "../../inference/image-set.ts";
import { readImages } from "../../inference/images.ts";
import { type Normalisation, normalisations, parseNormalisation } from "../../inference/normalisation.ts";
import { assertDisjoint } from "../../inference/overlap.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { type Accuracy, inferenceTable } from "./infer-table.ts";
import { type StoredWeights, weightsAt } from "./stored-weights.ts";

export interface InferArguments {
  readonly store: string;
  readonly images: string;
  readonly labels?: string | undefined;
  readonly calibration?: string | undefined;
  readonly compensation: string;
  readonly augment?: string | undefined;
  readonly normalise: string;
  readonly limit?: number | undefined;
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly seed: number;
}

export interface InferResult {
  readonly network: string;
  readonly images: number;
  readonly digital: Accuracy;
  /** What adapting the digital network's own statistics costs, in percent; null without adabs. */
  readonly digitalAdaptationLossPercent: number | null;
  readonly accuracies: readonly (Accuracy & {
    readonly ageSeconds: number;
    readonly compensation: CompensationMethod;
    /** Factors of GDC, one a layer. */
    readonly alphas: readonly number[];
  })[];
}

/** The paper's calibration: 13 batches of 200 (FACTS.md 1.7); smaller sets are cut into 13 smaller batches. */
const calibrationBatches = 13;
const calibrationBatchSize = 200;
const smallestBatch = 8;

export async function infer(args: InferArguments, context: Context): Promise<InferResult> {
  const methods = parseMethods(args.compensation);
  const store = openStore(args.store, { mode: "existing" });
  try {
    const inputs = await gather(args, methods, store);
    const config = { ...args, compensation: methods };
    const result = await recorded(store, context, { command: "infer", seed: args.seed, config }, (run) =>
      inferAll({ ...inputs, store, run, context, seed: args.seed }, methods),
    );
    context.output.result(result, inferenceTable(result));
    return result;
  } finally {
    store.close();
  }
}

interface Inputs {
  readonly name: string;
  readonly network: Network;
  readonly gmaxSiemens: number;
  /** GDC compares with the readout at this age. */
  readonly referenceAge: number;
  readonly ages: readonly number[];
  readonly test: ImageSet;
  readonly options: EvaluateOptions;
  readonly adabs: ((prng: AdabsInput["prng"]) => AdabsInput) | undefined;
}

/** Reads and checks everything before the first image is run. */
async function gather(
  args: InferArguments,
  methods: readonly CompensationMethod[],
  store: Store,
): Promise<Inputs> {
  const stored = store.networks.get();
  const { bias } = z.object({ bias: z.enum(["array", "digital"]) }).parse(stored.options);
  const network = readNetwork(store.networks.onnx(stored.id), { bias });
  // The readout at age 0 is the reference of GDC; it stands in the table only when there is nothing else.
  const [referenceAge, ...laterAges] = store.readouts.completeAges();
  if (referenceAge === undefined) {
    throw new LabError("STORE_CONTENT", `${args.store} holds no complete readout of ${stored.name}`, {
      next: `read the chip first: pcmlab read --chip PORT --store ${args.store} --at 25s,1h,1d`,
    });
  }
  const limits = {
    ...(args.labels && { labels: args.labels }),
    ...(args.limit !== undefined && { limit: args.limit }),
  };
  const test = await readImages(args.images, limits);
  const options: EvaluateOptions = {
    normalisation: normalisationOf(args.normalise, test),
    batchSize: args.batch,
    ...(args.threads !== undefined && { threads: args.threads }),
  };
  const adabs = methods.includes("adabs") ? await adabsInputOf(args, test, options) : undefined;
  const ages = referenceAge === 0 && laterAges.length > 0 ? laterAges : [referenceAge, ...laterAges];
  return {
    name: stored.name,
    network,
    gmaxSiemens: stored.gmaxSiemens,
    referenceAge,
    ages,
    test,
    options,
    adabs,
  };
}

async function adabsInputOf(
  args: InferArguments,
  test: ImageSet,
  options: EvaluateOptions,
): Promise<NonNullable<Inputs["adabs"]>> {
  if (args.calibration === undefined) {
    throw new LabError("USAGE", "adabs needs calibration images", {
      next: "add --calibration FILE with training images, or leave adabs out of --compensation",
    });
  }
  const images = await readImages(args.calibration);
  assertDisjoint(images, test);
  const batchSize = Math.min(calibrationBatchSize, Math.floor(images.count / calibrationBatches));
  if (batchSize < smallestBatch) {
    const needed = smallestBatch * calibrationBatches;
    throw new LabError(
      "BAD_DATA",
      `${args.calibration} holds ${images.count} images, adabs needs ${needed} at least`,
      {
        next: `the paper uses ${calibrationBatches * calibrationBatchSize}`,
      },
    );
  }
  const augment = args.augment === undefined ? noAugmentation : parseAugment(args.augment);
  const { normalisation, threads } = options;
  const shared = { images, normalisation, augment, batches: calibrationBatches, batchSize };
  return (prng) => ({ ...shared, prng, ...(threads !== undefined && { threads }) });
}

interface Job extends Inputs {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
  readonly seed: number;
}

async function inferAll(job: Job, methods: readonly CompensationMethod[]): Promise<InferResult> {
  const { network, test, store, ages } = job;
  const { digital, lossPercent } = await digitalBaseline(job);
  keep(job, null, "digital", digital, [], {});
  const read = ages.map((age) => weightsAt(store, network, job.gmaxSiemens, age));
  const reference = weightsAt(store, network, job.gmaxSiemens, job.referenceAge);
  const progress = job.context.output.progress(
    "inference",
    "images",
    test.count * ages.length * methods.length,
  );
  const onProgress = progressBy((images) => progress.advance(images));
  const accuracies: InferResult["accuracies"][number][] = [];
  for (const now of read) {
    for (const method of methods) {
      if (job.context.stop.aborted) throw new LabError("INTERRUPTED", "inference was stopped by the user");
      const compensated = await compensate(job, method, reference.weights, now);
      const options = { ...job.options, onProgress: onProgress() };
      const evaluation = await evaluate(network, compensated.parameters, test, options);
      const { alphas, calibrationImages, note } = compensated;
      if (note !== undefined) job.context.output.warn(note);
      keep(job, now.ageSeconds, method, evaluation, now.readouts, { alphas, calibrationImages });
      accuracies.push({
        ageSeconds: now.ageSeconds,
        compensation: method,
        alphas,
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
async function digitalBaseline(job: Job): Promise<{ digital: Evaluation; lossPercent: number | null }> {
  const { network, test, options, context } = job;
  if (job.adabs === undefined) {
    return { digital: await evaluate(network, digitalParameters(network), test, options), lossPercent: null };
  }
  const check = await checkAdaptation(network, test, job.adabs(seededPrng(job.seed)));
  if (check.warning !== undefined) context.output.warn(check.warning);
  return { digital: check.plain, lossPercent: check.lostPercent };
}

function compensate(job: Job, method: CompensationMethod, reference: LayerWeights, now: StoredWeights) {
  switch (method) {
    case "none":
      return uncompensated(job.network, now.weights);
    case "gdc":
      return compensateGdc(job.network, reference, now.weights);
    case "adabs":
      if (job.adabs === undefined) throw new TypeError("adabs without calibration images");
      return compensateAdabs(job.network, reference, now.weights, job.adabs(seededPrng(job.seed)));
  }
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

const accuracyOf = ({ correct, count, accuracy, interval }: Evaluation): Accuracy => ({
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

function parseMethods(text: string): CompensationMethod[] {
  return text.split(",").map((word) => {
    const method = compensationMethods.find((known) => known === word.trim());
    if (method !== undefined) return method;
    throw new LabError("USAGE", `"${word}" is not a compensation`, {
      next: `choose from ${compensationMethods.join(", ")}`,
    });
  });
}

/** "auto" takes the ImageNet convention for colour images and asks for anything else. */
function normalisationOf(text: string, images: ImageSet): Normalisation {
  if (text !== "auto") return parseNormalisation(text);
  if (images.channels === 3) return normalisations.imagenet;
  throw new LabError("USAGE", `how were images of ${images.channels} channel(s) normalised in training?`, {
    next: "say it with --normalise MEAN/STD of bytes scaled to 0..1, or --normalise none",
  });
}
