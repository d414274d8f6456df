/** What an inference needs, read and checked before the first image is run. */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { needsRanges } from "../../inference/array-model/model.ts";
import { noAugmentation, parseAugment } from "../../inference/augment.ts";
import { exampleShape } from "../../inference/batches.ts";
import {
  type CalibrationInput,
  type Compensation,
  needsImages,
  parseCompensation,
} from "../../inference/compensation.ts";
import { assignEngines, type EngineName } from "../../inference/engines.ts";
import type { EvaluateOptions } from "../../inference/executor.ts";
import type { ImageSet } from "../../inference/image-set.ts";
import { readImages } from "../../inference/images.ts";
import { type Normalisation, normalisations, parseNormalisation } from "../../inference/normalisation.ts";
import { assertDisjoint } from "../../inference/overlap.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import type { Store } from "../../store/store.ts";
import { asStored } from "./as-stored.ts";
import { assertChipLayers } from "./chip-arrays.ts";
import { type CalibrationChoice, derivation } from "./choose-calibration.ts";
import { chosenAges } from "./chosen-ages.ts";
import { type ArrayArguments, type ModelledArray, modelledArrayOf } from "./modelled-array.ts";

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

export interface InferArguments extends ImageArguments, ArrayArguments {
  readonly store: string;
  /** Derives conductances again; each readout keeps its own when missing. */
  readonly converterCalibration?: CalibrationChoice | undefined;
  readonly at?: string | undefined;
  readonly compensation: string;
  /** readout when missing. */
  readonly engine?: EngineName | undefined;
  /** Engines of single layers: NAME=ENGINE,... */
  readonly layers?: string | undefined;
  /** Conversions of one product of the chip; 1 when missing. */
  readonly phases?: 1 | 4 | undefined;
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
  /** Of each layer. */
  readonly engines: readonly EngineName[];
  /** What is modelled of the layers on the readout engine, beside their conductances. */
  readonly modelled: ModelledArray | undefined;
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
  const engines = assignEngines(network.layers, args.engine ?? "readout", args.layers);
  const onChip = engines.includes("chip");
  // Only the newest reading can be of the chip as it is now.
  const { referenceAge, ages } = chosenAges(store, stored, { at: args.at, newestOnly: onChip });
  if (onChip) assertChipLayers(network, engines, store, chipOf(store), args.phases ?? 1);
  const modelled = modelledArrayOf(args, onChip);
  assertReadout(modelled, engines);
  const ranged = onChip ? "the engine chip" : modelled && needsRanges(modelled.model) && "the modelled array";
  const images = await gatherImages(args, methods, ranged || undefined);
  // What does not fit is said before the first image runs.
  exampleShape(network, images.test);
  return {
    ...images,
    engines,
    modelled,
    name: stored.name,
    network,
    referenceAge,
    ages,
    converters: derivation(store, args.converterCalibration),
  };
}

/** @throws LabError USAGE for a model of products that no layer has. */
function assertReadout(modelled: ModelledArray | undefined, engines: readonly EngineName[]): void {
  if (modelled === undefined || engines.includes("readout")) return;
  throw new LabError("USAGE", `${modelled.text} is modelled on the engine readout, and no layer runs on it`, {
    next: "leave these options out, or give a layer the engine readout",
  });
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
  if (ranged !== undefined && args.calibration === undefined) throw lacksRanges(ranged);
  const needed = ranged !== undefined || methods.some(needsImages);
  const calibration = needed ? await calibrationOf(args, test, options) : undefined;
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

const lacksRanges = (what: string): LabError =>
  new LabError("USAGE", `${what} needs calibration images: they say how large the inputs of layers are`, {
    next: "add --calibration FILE with training images",
  });

/** The chip of a store. */
function chipOf(store: Store): Descriptor {
  const chip = store.chips.latest();
  if (chip !== undefined) return chip.descriptor;
  throw new LabError("STORE_CONTENT", `${store.path} knows no chip`, {
    next: "program the network first: pcmlab program NETWORK.onnx --chip PORT --store FILE",
  });
}

/** Enough to know the images again, wherever they lie. */
function sourceOf(path: string, { count, pixels, labels }: ImageSet): object {
  return {
    file: basename(path),
    count,
    sha256: createHash("sha256").update(pixels).update(labels).digest("hex"),
  };
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
