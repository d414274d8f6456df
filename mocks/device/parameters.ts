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

const gradualLawSchema = strictObject({ siemens: z.number(), share: z.number(), memorySiemens: z.number() });
export type GradualLaw = z.infer<typeof gradualLawSchema>;

export const deviceParametersSchema = strictObject({
  /** Conductance of the fully crystalline device. */
  set: spreadSiemens,
  /** Conductance that a RESET at the half current would leave if its dome were closed. */
  floor: strictObject({
    ...spreadSiemens.shape,
    /** A larger dome conducts less: the floor falls with the current as (half / current)^exponent. */
    currentExponent: z.number().min(0).max(5),
  }),
  /** Current at which the melt-quench curve is half way between SET and floor. */
  half: spreadAmperes,
  /** Current over which the melt-quench curve falls by a factor e in its tail. */
  slope: spreadAmperes,
  stuckSetProbability: probability,
  stuckResetProbability: probability,
  /** Devices whose crystals grow more slowly than those of the others. */
  slow: strictObject({ probability, factor: z.number().min(1).max(1000) }),
  /** Pulses after which a device fails for good, log-normal. */
  endurance: strictObject({
    medianPulses: positive.max(4e9),
    logSpread: nonnegative,
    /** Share of the failures that leave the device open (stuck at RESET); the others are shorts (stuck at SET). */
    openShare: z.number().min(0).max(1),
  }),
  /** The melt follows the current with this time constant: shorter boxes melt less. */
  melt: strictObject({ thermalSeconds: positive }),
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
  /** SET by short pulses: random steps with a memory of the pulses since the last melt, before crystals span the glass. */
  gradual: strictObject({
    /** The pulse that the laws below are for. */
    pulseAmperes: positive,
    pulseSeconds: positive,
    /** Pulses after which the crystals span the glass, and grow on together at the rate of `crystallisation`. */
    incubationPulses: positive,
    /** Pulses over which the memory falls by a factor e. */
    memoryPulses: positive,
    /** Mean of a step: siemens + share x G + memorySiemens x memory. */
    mean: gradualLawSchema,
    /** Standard deviation of a step, likewise. */
    spread: gradualLawSchema,
    /** The steps stay between these. */
    minSiemens: nonnegative,
    maxSiemens: positive,
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
  temperature: strictObject({
    /** The temperature that all other values are for; a chip starts at it. */
    referenceKelvin: positive,
    /** Activation energy of the conductance of a device that is all glass; it falls to 0 at SET, in proportion to 1 - G / G_SET. */
    activationElectronVolts: z.number().min(0).max(1),
    /** Relative change of the drift exponent. */
    driftPerKelvin: z.number().min(-0.05).max(0.05),
  }),
  /** Reads heat as well: each brings the device this much of the way to SET. */
  readDisturb: strictObject({
    /** Part of the way, for one conversion at the largest read voltage. */
    sharePerRead: probability,
    /** Voltage below the largest over which that falls by a factor e. */
    voltsPerE: positive,
  }),
  readNoise: strictObject({
    /** t_read of the accumulated variance Q_s^2 ln((t + t_read) / (2 t_read)). */
    readSeconds: positive,
    /** Q_s, relative to the conductance. */
    relative: stateLawSchema,
  }),
});
export type DeviceParameters = z.infer<typeof deviceParametersSchema>;
