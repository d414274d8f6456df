/** What an inference needs, read and checked before the first image is run. */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseDurations } from "../../core/units.ts";
import { noAugmentation, parseAugment } from "../../inference/augment.ts";
import {
  type CalibrationInput,
  type Compensation,
  needsImages,
  parseCompensation,
} from "../../inference/compensation.ts";
import type { EvaluateOptions } from "../../inference/executor.ts";
import type { ImageSet } from "../../inference/image-set.ts";
import { readImages } from "../../inference/images.ts";
import { type Normalisation, normalisations, parseNormalisation } from "../../inference/normalisation.ts";
import { assertDisjoint } from "../../inference/overlap.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import type { Store } from "../../store/store.ts";
import { asStored } from "./as-stored.ts";
import { type CalibrationChoice, derivation } from "./choose-calibration.ts";

/** Images, and how they are run. */
export interface ImageArguments {
  readonly images: string;
  readonly labels?: string | undefined;
  /** Training images for adabs and affine. */
  readonly calibration?: string | undefined;
  readonly augment?: string | undefined;
  readonly normalise: string;
  readonly limit?: number | undefined;
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly seed: number;
}

export interface InferArguments extends ImageArguments {
  readonly store: string;
  /** Derives conductances again; each readout keeps its own when missing. */
  readonly converterCalibration?: CalibrationChoice | undefined;
  readonly at?: string | undefined;
  readonly compensation: string;
}

/** The paper's calibration: 13 batches of 200 (FACTS.md 1.7); smaller sets are cut into 13 smaller batches. */
const calibrationBatches = 13;
const calibrationBatchSize = 200;
const smallestBatch = 8;

export interface ImageInputs {
  readonly test: ImageSet;
  /** What the results came from, for their records. */
  readonly sources: object;
  readonly options: EvaluateOptions;
  /** Undefined when it is not asked for. */
  readonly calibration: CalibrationInput | undefined;
}

export interface Inputs extends ImageInputs {
  readonly name: string;
  readonly network: Network;
  /** GDC compares with the readout at this age. */
  readonly referenceAge: number;
  readonly ages: readonly number[];
  readonly converters: ConverterCalibration | undefined;
}

const optionsSchema = z.object({ bias: z.enum(["array", "digital"]) });

/** Reads and checks everything before the first image is run. */
export async function gather(
  args: InferArguments,
  methods: readonly Compensation[],
  store: Store,
): Promise<Inputs> {
  const stored = store.networks.get();
  const { bias } = asStored(optionsSchema, stored.options, "the mapping of the network", store);
  const network = readNetwork(store.networks.onnx(stored.id), { bias });
  // The readout at age 0 is the reference of GDC; it stands in the table only when there is nothing else.
  const [referenceAge, ...laterAges] = store.readouts.completeAges();
  if (referenceAge === undefined) {
    throw new LabError("STORE_CONTENT", `${args.store} holds no complete readout of ${stored.name}`, {
      next: `read the chip first: pcmlab read --chip PORT --store ${args.store} --at 25s,1h,1d`,
    });
  }
  const read = referenceAge === 0 && laterAges.length > 0 ? laterAges : [referenceAge, ...laterAges];
  return {
    ...(await gatherImages(args, methods)),
    name: stored.name,
    network,
    referenceAge,
    ages: chosenAges(args, read),
    converters: derivation(store, args.converterCalibration),
  };
}

/** @throws LabError BAD_DATA for files that cannot be used, USAGE for options that contradict them. */
export async function gatherImages(
  args: ImageArguments,
  methods: readonly Compensation[],
): Promise<ImageInputs> {
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
  const calibration = methods.some(needsImages) ? await calibrationOf(args, test, options) : undefined;
  const sources = {
    images: sourceOf(args.images, test),
    normalisation: options.normalisation,
    ...(calibration !== undefined && {
      calibration: sourceOf(args.calibration ?? "", calibration.images),
      augment: args.augment ?? "none",
      seed: args.seed,
    }),
  };
  return { sources, test, options, calibration };
}

/** Enough to know the images again, wherever they lie. */
function sourceOf(path: string, { count, pixels, labels }: ImageSet): object {
  return {
    file: basename(path),
    count,
    sha256: createHash("sha256").update(pixels).update(labels).digest("hex"),
  };
}

/** @throws LabError STORE_CONTENT for a time that was not read. */
function chosenAges(args: InferArguments, read: readonly number[]): readonly number[] {
  if (args.at === undefined) return read;
  const wanted = parseDurations(args.at);
  const missing = wanted.find((age) => !read.includes(age));
  if (missing === undefined) return wanted;
  const known = read.map(formatDuration).join(", ");
  throw new LabError(
    "STORE_CONTENT",
    `${args.store} was read at ${known}, not at ${formatDuration(missing)}`,
    {
      next: `read it: pcmlab read --chip PORT --store ${args.store} --at ${missing}s`,
    },
  );
}

async function calibrationOf(
  args: ImageArguments,
  test: ImageSet,
  options: EvaluateOptions,
): Promise<CalibrationInput> {
  if (args.calibration === undefined) {
    throw new LabError("USAGE", "adabs, retune and affine need calibration images", {
      next: "add --calibration FILE with training images, or leave them out of --compensation",
    });
  }
  const images = await readImages(args.calibration);
  assertDisjoint(images, test);
  const batchSize = Math.min(calibrationBatchSize, Math.floor(images.count / calibrationBatches));
  if (batchSize < smallestBatch) {
    const needed = smallestBatch * calibrationBatches;
    throw new LabError(
      "BAD_DATA",
      `${args.calibration} holds ${images.count} images, they need ${needed} at least`,
      {
        next: `the paper uses ${calibrationBatches * calibrationBatchSize}`,
      },
    );
  }
  const augment = args.augment === undefined ? noAugmentation : parseAugment(args.augment);
  const { normalisation, threads } = options;
  const { seed } = args;
  const shared = { images, normalisation, augment, batches: calibrationBatches, batchSize, seed };
  return { ...shared, ...(threads !== undefined && { threads }) };
}

/** @throws LabError USAGE. */
export function parseMethods(text: string): Compensation[] {
  const methods = text.split(",").map(parseCompensation);
  return [...new Map(methods.map((method) => [method.name, method])).values()];
}

/** "auto" takes the ImageNet convention for colour images and asks for anything else. */
function normalisationOf(text: string, images: ImageSet): Normalisation {
  if (text !== "auto") return parseNormalisation(text);
  if (images.channels === 3) return normalisations.imagenet;
  throw new LabError("USAGE", `how were images of ${images.channels} channel(s) normalised in training?`, {
    next: "say it with --normalise MEAN/STD of bytes scaled to 0..1, or --normalise none",
  });
}
