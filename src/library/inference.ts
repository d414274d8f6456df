/** What was read of a network, run on images and reported; no chip is needed. */

import { type CallOptions, contextOf } from "./call.ts";

export interface InferOptions extends CallOptions {
  readonly store: string;
  /** Test images: a CIFAR-10 binary, IDX or NPY file, also gzipped, or a folder of class folders. */
  readonly images: string;
  /** Labels (IDX or NPY) where they do not lie beside the images. */
  readonly labels?: string;
  /** Any of none, gdc, per-column, adabs, retune, affine, and combinations with `+`; none and gdc when missing. */
  readonly compensations?: readonly string[];
  /** Training images for adabs, retune and affine, disjoint from the test images. */
  readonly calibrationImages?: string;
  /** `auto` (when missing), `imagenet`, `none`, or MEAN,.../STD,... of bytes scaled to 0..1. */
  readonly normalise?: string;
  /** Only the first so many images. */
  readonly limit?: number;
  /** Of the order of calibration images; 1 when missing. */
  readonly seed?: number;
}

export interface MeasuredAccuracy {
  readonly correct: number;
  readonly images: number;
  /** Fraction of correct images, with its 95 % interval (Wilson). */
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
}

export interface TimedAccuracy extends MeasuredAccuracy {
  readonly ageSeconds: number;
  readonly compensation: string;
}

export interface Inference {
  /** With the exact weights. */
  readonly digital: MeasuredAccuracy;
  /** One for each age that was read and each compensation. */
  readonly accuracies: readonly TimedAccuracy[];
}

/**
 * Runs the network with the weights that were read, at every age, beside the digital baseline; stores the results.
 * @throws LabError STORE_CONTENT when nothing was read, BAD_DATA for images that cannot be used, USAGE for an unknown compensation or one
 * that lacks calibration images.
 */
export async function infer(options: InferOptions): Promise<Inference> {
  const { infer: action } = await import("../cli/actions/infer.ts");
  const { store, images, labels, limit, seed = 1, normalise = "auto", calibrationImages } = options;
  const compensation = (options.compensations ?? ["none", "gdc"]).join(",");
  const args = { store, images, labels, limit, seed, normalise, compensation, calibrationImages, batch: 200 };
  const { digital, accuracies } = await action(args, contextOf("infer", options));
  return {
    digital: accuracyOf(digital),
    accuracies: accuracies.map(({ ageSeconds, compensation: name, ...found }) => ({
      ...accuracyOf(found),
      ageSeconds,
      compensation: name,
    })),
  };
}

export interface WriteReportOptions extends CallOptions {
  readonly store: string;
  /** The HTML file to write; one that is there is replaced as a whole. */
  readonly output: string;
}

/**
 * Writes the report of a store: one HTML file without scripts, that needs nothing else.
 * @throws LabError STORE for a store that cannot be opened, USAGE for a file that cannot be written.
 */
export async function writeReport(options: WriteReportOptions): Promise<void> {
  const { report } = await import("../cli/actions/report.ts");
  await report({ store: options.store, output: options.output }, contextOf("writeReport", options));
}

const accuracyOf = ({ correct, images, accuracy, interval }: MeasuredAccuracy): MeasuredAccuracy => ({
  correct,
  images,
  accuracy,
  interval,
});
