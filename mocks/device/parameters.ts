/** What a device model needs to know about a kind of device; the values live in the chip profiles. */

import { z } from "zod";
import { strictObject } from "./strict-object.ts";

const positive = z.number().positive();
const nonnegative = z.number().nonnegative();
const probability = z.number().min(0).max(0.5);

/** min(coefficient * g^exponent, max) */
const powerLawSchema = strictObject({
  kind: z.literal("power"),
  coefficient: positive,
  exponent: z.number(),
  max: positive,
});

/** clamp(slope * ln g + offset, min, max); from `polynomial.from` on, the polynomial instead (lowest power first). */
const logarithmicLawSchema = strictObject({
  kind: z.literal("logarithmic"),
  slope: z.number(),
  offset: z.number(),
  min: nonnegative,
  max: positive,
  polynomial: strictObject({ from: positive, coefficients: z.array(z.number()).min(1).max(6) }).optional(),
});

/** A dimensionless quantity as a function of g = G / gMaxSiemens. */
export const stateLawSchema = z.discriminatedUnion("kind", [powerLawSchema, logarithmicLawSchema]);
export type StateLaw = z.infer<typeof stateLawSchema>;

/** A log-normal spread from device to device: median, and the standard deviation of the natural logarithm. */
const spreadSiemens = strictObject({ medianSiemens: positive, logSpread: nonnegative });
const spreadAmperes = strictObject({ medianAmperes: positive, logSpread: nonnegative });

export const deviceParametersSchema = strictObject({
  /** Conductance of the fully crystalline device. */
  set: spreadSiemens,
  /** Conductance that is left when the amorphous volume is as large as it gets. */
  floor: spreadSiemens,
  /** Current at which the melt-quench curve is half way between SET and floor. */
  half: spreadAmperes,
  /** Current over which the melt-quench curve falls by a factor e in its tail. */
  slope: spreadAmperes,
  stuckSetProbability: probability,
  stuckResetProbability: probability,
  /** Pulses below this current change nothing. */
  onsetAmperes: nonnegative,
  crystallisation: strictObject({
    /** Time constant of crystal growth at the best current. */
    seconds: positive,
    /** Current at which growth is fastest. */
    peakAmperes: positive,
    /** Standard deviation, in ln(current), of the bump of the growth rate. */
    logWidth: positive,
  }),
  /** From pulse to pulse: a log-normal factor and an additive part on the conductance that a pulse aims at. */
  cycle: strictObject({ logSpread: nonnegative, siemens: nonnegative }),
  drift: strictObject({
    /** The g = 1 of all state laws. */
    gMaxSiemens: positive,
    /** t_0 of G = G_p max(1, t / t_0)^-nu: up to it a device holds G_p (docs/decisions/0002). */
    referenceSeconds: positive,
    nuMean: stateLawSchema,
    nuSpread: stateLawSchema,
  }),
  /** Random relaxation of fresh glass before the reference time of drift; none without it. */
  relaxation: strictObject({
    /** Standard deviation of the relative change of conductance where it is largest, at a third of the SET conductance. */
    spread: z.number().min(0).max(0.25),
    /** When the change begins; it goes on in proportion to ln(t) until `drift.referenceSeconds`. */
    startSeconds: positive,
  }).optional(),
  readNoise: strictObject({
    /** t_read of the accumulated variance Q_s^2 ln((t + t_read) / (2 t_read)). */
    readSeconds: positive,
    /** Q_s, relative to the conductance. */
    relative: stateLawSchema,
  }),
});
export type DeviceParameters = z.infer<typeof deviceParametersSchema>;
