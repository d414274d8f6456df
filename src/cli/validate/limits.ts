/** What a validation must keep, as a file says it. */

import { z } from "zod";
import { LabError } from "../../core/errors.ts";
import { parseQuantity } from "../../core/units.ts";

/** "0.5 %" as a fraction. */
const percentText = z.string().transform((text, context): number => {
  const match = /^\s*(-?(?:\d+\.?\d*|\.\d+))\s*%\s*$/.exec(text);
  if (match !== null) return Number(match[1]) / 100;
  context.issues.push({ code: "custom", message: 'not a percentage; write it like "0.5 %"', input: text });
  return z.NEVER;
});

const percent = percentText.pipe(z.number().min(0).max(1000));
const signedPercent = percentText.pipe(z.number().min(-1).max(1));

const siemens = z.string().transform((text, context): number => {
  const value = quantityOf(text);
  if (value !== undefined && value >= 0) return value;
  context.issues.push({ code: "custom", message: 'not a conductance; write it like "1.2 uS"', input: text });
  return z.NEVER;
});

function quantityOf(text: string): number | undefined {
  try {
    return parseQuantity(text, "S");
  } catch (failure) {
    if (failure instanceof LabError) return undefined;
    throw failure;
  }
}

const correlation = z.number().min(-1).max(1);
const bits = z.number().min(0).max(24);
const channels = z.number().int().min(0);

/** Of a layer: with its own inputs, and with those that the layers before it gave. */
const layerLimits = z.strictObject({
  "mvm-error": percent.optional(),
  correlation: correlation.optional(),
  "effective-bits": bits.optional(),
  "random-mvm-error": percent.optional(),
  "accumulated-mvm-error": percent.optional(),
  "accumulated-correlation": correlation.optional(),
  "outlier-channels": channels.optional(),
});

const lossLimits = z.strictObject({
  mapping: signedPercent.optional(),
  programming: signedPercent.optional(),
  drift: signedPercent.optional(),
  reading: signedPercent.optional(),
  "ir-drop": signedPercent.optional(),
  "read-noise": signedPercent.optional(),
  converters: signedPercent.optional(),
});

export const limitsSchema = z.strictObject({
  /** Loss against the digital network. */
  "accuracy-drop": signedPercent.optional(),
  accuracy: percent.optional(),
  /** Of all layers; a table of a layer's own replaces single limits. */
  layers: layerLimits.optional(),
  layer: z.record(z.string(), layerLimits).optional(),
  /** Of the reading at the age, every level. */
  levels: z.strictObject({ sigma: siemens.optional(), bias: siemens.optional() }).optional(),
  /** Losses of single effects, alone in an otherwise ideal array. */
  losses: lossLimits.optional(),
});

export type Limits = z.output<typeof limitsSchema>;
export type LayerLimits = z.output<typeof layerLimits>;

/** The limits of one layer. */
export const limitsOfLayer = ({ layers, layer }: Limits, name: string): LayerLimits => ({
  ...layers,
  ...layer?.[name],
});
