/** Images and calibration images, read and checked before the first one is run. */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { LabError } from "../../core/errors.ts";
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

/** Images, and how they are run. */
export interface ImageArguments {
  readonly images: string;
  readonly labels?: string | undefined;
  /** Training images for adabs and affine. */
  readonly calibrationImages?: string | undefined;
  readonly augment?: string | undefined;
  readonly normalise: string;
  readonly limit?: number | undefined;
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly seed: number;
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

/**
 * @param ranged what needs calibration images for the ranges of converters, whatever the compensation needs.
 * @throws LabError BAD_DATA for files that cannot be used, USAGE for options that contradict them.
 */
export async function gatherImages(
  args: ImageArguments,
  methods: readonly Compensation[],
  ranged?: string,
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
  if (ranged !== undefined && args.calibrationImages === undefined) throw lacksRanges(ranged);
  const needed = ranged !== undefined || methods.some(needsImages);
  const calibration = needed ? await calibrationOf(args, test, options) : undefined;
  const sources = {
    images: sourceOf(args.images, test),
    normalisation: options.normalisation,
    ...(calibration !== undefined && {
      calibration: sourceOf(args.calibrationImages ?? "", calibration.images),
      augment: args.augment ?? "none",
      seed: args.seed,
    }),
  };
  return { sources, test, options, calibration };
}

const lacksRanges = (what: string): LabError =>
  new LabError("USAGE", `${what} needs calibration images: they say how large the inputs of layers are`, {
    next: "add --calibration-images FILE with training images",
  });

/** @throws LabError USAGE. */
export function parseMethods(text: string): Compensation[] {
  const methods = text.split(",").map(parseCompensation);
  return [...new Map(methods.map((method) => [method.name, method])).values()];
}

/** Enough to know the images again, wherever they lie. */
function sourceOf(path: string, { count, pixels, labels }: ImageSet): object {
  return {
    file: basename(path),
    count,
    pixelsAndLabelsSha256: createHash("sha256").update(pixels).update(labels).digest("hex"),
  };
}

async function calibrationOf(
  args: ImageArguments,
  test: ImageSet,
  options: EvaluateOptions,
): Promise<CalibrationInput> {
  if (args.calibrationImages === undefined) {
    throw new LabError("USAGE", "adabs, retune and affine need calibration images", {
      next: "add --calibration-images FILE with training images, or leave them out of --compensation",
    });
  }
  const images = await readImages(args.calibrationImages);
  assertDisjoint(images, test);
  const batchSize = Math.min(calibrationBatchSize, Math.floor(images.count / calibrationBatches));
  if (batchSize < smallestBatch) {
    const needed = smallestBatch * calibrationBatches;
    throw new LabError(
      "BAD_DATA",
      `${args.calibrationImages} holds ${images.count} images, they need ${needed} at least`,
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

/** "auto" takes the ImageNet convention for colour images and asks for anything else. */
function normalisationOf(text: string, images: ImageSet): Normalisation {
  if (text !== "auto") return parseNormalisation(text);
  if (images.channels === 3) return normalisations.imagenet;
  throw new LabError(
    "USAGE",
    `how were images of ${images.channels === 1 ? "one channel" : `${images.channels} channels`} normalised in training?`,
    {
      next: "say it with --normalise MEAN/STD of bytes scaled to 0..1, or --normalise none",
    },
  );
}
