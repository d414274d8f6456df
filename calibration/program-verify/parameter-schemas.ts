/** Parameters as they come back from JSON. Nothing that this version does not know is accepted: it would program otherwise. */

import { z } from "zod";
import type { EstimationParameters } from "./estimation.ts";
import type { MaxSetFillParameters } from "./max-set-fill-parameters.ts";
import type { LateParameters, MeltQuenchParameters, PulseAmperes } from "./parameters.ts";
import type { PartialSetParameters } from "./partial-set-parameters.ts";
import type { CorrectorParameters, ResidualParameters } from "./residual-parameters.ts";

const number = z.number().nonnegative();
const count = z.int().nonnegative();

const pulse = z.strictObject({ amperes: number, widthSeconds: number }) satisfies z.ZodType<PulseAmperes>;

const estimation = z.strictObject({
  reads: count,
  averages: count,
}) satisfies z.ZodType<EstimationParameters>;

const late = z.strictObject({
  ...estimation.shape,
  marginSiemens: number,
}) satisfies z.ZodType<LateParameters>;

export const meltQuenchSchema = z.strictObject({
  minAmperes: number,
  maxAmperes: number,
  gainAmperesPerSiemens: number,
  calmAfterIterations: count.exactOptional(),
  marginSiemens: number,
  zeroSiemens: number,
  zeroMarginSiemens: number,
  maxIterations: count,
  maxResets: count,
  stuckSiemens: number,
  stuckFraction: number,
  stuckIterations: count,
  preparation: z.array(pulse),
  reset: pulse,
  pulseWidthSeconds: number,
  startAmperes: number,
  averages: count,
  readVolts: number,
  split: z.enum(["even", "fill-first"]),
  deviceSiemens: number,
  partnerSiemens: number,
  late,
}) satisfies z.ZodType<MeltQuenchParameters>;

const {
  preparation: _,
  startAmperes: __,
  gainAmperesPerSiemens: ___,
  ...withoutMelting
} = meltQuenchSchema.shape;

export const partialSetSchema = z.strictObject({
  ...withoutMelting,
  startAmperes: number,
  stepAmperes: number,
  smallestStepAmperes: number,
  doubtSiemens: number,
  rereads: count,
}) satisfies z.ZodType<PartialSetParameters>;

export const maxSetFillSchema = z.strictObject({
  ...meltQuenchSchema.shape,
  setSiemens: number,
  maxSets: count,
  estimate: estimation,
}) satisfies z.ZodType<MaxSetFillParameters>;

const corrector = z.strictObject({
  marginSiemens: number,
  marginShare: number,
  averages: count,
  maxIterations: count,
  startAmperes: number,
  startSiemens: number,
  amperesPerE: number,
}) satisfies z.ZodType<CorrectorParameters>;

export const residualSchema = z.strictObject({
  ...meltQuenchSchema.shape,
  aimHighSiemens: number,
  aimHighShare: number,
  estimate: estimation,
  residualSiemens: number,
  corrector,
}) satisfies z.ZodType<ResidualParameters>;
