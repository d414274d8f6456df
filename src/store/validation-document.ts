/** What a validation found, as it is printed with --json, stored, and drawn. Conductances in S, accuracies and errors as fractions. */

import { z } from "zod";

/** Numbers that may be infinite or unknown are null then. */
const maybe = z.number().nullable();

const errors = z.object({
  /** Norm of the error of the outputs over that of the digital outputs. */
  mvmError: maybe,
  correlation: z.number(),
  effectiveBits: maybe,
});

const outlier = z.object({
  /** The chip or reading that has it. */
  instance: z.string(),
  column: z.number(),
  error: z.number(),
  robustZ: z.number(),
  suspicion: z.string(),
});

const layer = z.object({
  name: z.string(),
  rows: z.number(),
  columns: z.number(),
  /** With the inputs of the digital network. */
  own: errors,
  /** With those that the layers before it gave. */
  accumulated: errors,
  /** Of the weights alone: uniform random inputs; and what is left after the best scale and offset of each column. */
  random: z.object({ mvmError: z.number(), residual: z.number() }),
  outliers: z.array(outlier),
});

const level = z.object({
  targetSiemens: z.number(),
  devices: z.number(),
  meanSiemens: z.number(),
  /** Mean of reading less target. */
  biasSiemens: z.number(),
  sigmaSiemens: z.number(),
  publishedSigmaSiemens: z.number(),
});

const loss = z.object({
  accuracy: z.number(),
  /** Negative where accuracy was gained. */
  loss: z.number(),
  /** Half of its 95 % interval: of the mean over chips where there are several, else over images. */
  halfWidth: z.number(),
});

const effect = z.object({
  name: z.string(),
  /** In an otherwise ideal array; of compensation: in the digital network. */
  alone: loss,
  /** After all before it. */
  added: loss,
});

const attribution = z.object({
  /** `compensated` is what is left of an effect when compensation is applied before and after it. */
  effects: z.array(effect.extend({ compensated: loss })),
  together: loss,
  /** What the effects alone do not add up to. */
  remainder: z.number(),
  compensation: effect,
  total: loss,
});

const accuracy = z.object({
  accuracy: z.number(),
  interval: z.object({ low: z.number(), high: z.number() }),
});

const source = z.object({
  name: z.string(),
  emulated: z.boolean(),
  stores: z.array(z.string()),
  /** Chips, their readings, and draws of modelled noise. */
  instances: z.array(
    z.object({ chip: z.string(), name: z.string(), accuracy: z.number(), correct: z.number() }),
  ),
  ...accuracy.shape,
  /**
   * Student's interval of the mean over several chips, else over the repeats (readings, and draws of modelled noise) of the only one;
   * with one repeat Wilson's over the images.
   */
  intervalOver: z.enum(["chips", "repeats", "images"]),
  /** Of the accuracy, between these; null over images. */
  deviation: maybe,
  drop: z.number(),
  layers: z.array(layer),
  levels: z.array(level),
  attribution,
  /** Of one reading of a device, rms: measured from repeated ones, or expected by the published law. */
  reading: z.object({
    readings: z.number(),
    measuredSiemens: maybe,
    publishedSiemens: z.number(),
    /** rms of what is read at the age less the target, all devices. */
    errorSiemens: z.number(),
  }),
});

const check = z.object({
  /** The key of the limits file. */
  limit: z.string(),
  /** The layer, level or column that it is about, empty for the network. */
  of: z.string(),
  value: maybe,
  bound: z.number(),
  /** What numbers are in: "fraction", "S", "bits", "channels", or "" for none. */
  unit: z.enum(["fraction", "S", "bits", "channels", ""]),
  passed: z.boolean(),
});

export const validationDocument = z.object({
  network: z.string(),
  ageSeconds: z.number(),
  compensation: z.string(),
  /** What was modelled beside the readings; empty when nothing was. */
  modelled: z.string(),
  images: z.number(),
  digital: accuracy.extend({ correct: z.number() }),
  sources: z.array(source),
  /** Null where there are no limits. */
  passed: z.boolean().nullable(),
  checks: z.array(check),
  notes: z.array(z.string()),
});

export type ValidationDocument = z.output<typeof validationDocument>;
export type ValidatedSource = z.output<typeof source>;
export type ValidatedLayer = z.output<typeof layer>;
export type ValidatedLevel = z.output<typeof level>;
export type ValidatedErrors = z.output<typeof errors>;
export type ValidatedOutlier = z.output<typeof outlier>;
export type ValidatedAttribution = z.output<typeof attribution>;
export type ValidatedLoss = z.output<typeof loss>;
export type ValidationCheck = z.output<typeof check>;
