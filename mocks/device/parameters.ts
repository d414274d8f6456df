/** What a device model needs to know about a kind of device; the values live in the chip profiles. */

import { z } from "zod";
import { strictObject } from "./strict-object.ts";

const probability = z.number().min(0).max(0.5);

// What no device of this kind leaves: outside it a value is a slip of a unit.
const siemens = z.number().positive().max(0.01);
const someSiemens = z.number().min(0).max(0.01);
const amperes = z.number().min(1e-9).max(0.1);
const seconds = z.number().min(1e-12).max(1e6);
const logSpread = z.number().min(0).max(2);

/** min(coefficient * g^exponent, max) */
const powerLawSchema = strictObject({
  kind: z.literal("power"),
  coefficient: z.number().min(0).max(10),
  exponent: z.number().min(-5).max(5),
  max: z.number().min(0).max(10),
});

/** clamp(slope * ln g + offset, min, max); from `polynomial.from` on, the polynomial instead (lowest power first). */
const logarithmicLawSchema = strictObject({
  kind: z.literal("logarithmic"),
  slope: z.number().min(-10).max(10),
  offset: z.number().min(-10).max(10),
  min: z.number().min(0).max(10),
  max: z.number().min(0).max(10),
  polynomial: strictObject({
    from: z.number().min(1e-6).max(10),
    coefficients: z.array(z.number().min(-100).max(100)).min(1).max(6),
  }).optional(),
});

/** Straight lines over ln g through points of rising g; beyond the first and the last, their values. */
const tableLawSchema = strictObject({
  kind: z.literal("table"),
  points: z
    .array(strictObject({ g: z.number().min(1e-6).max(10), value: z.number().min(0).max(10) }))
    .min(1)
    .max(64),
});

/** A dimensionless quantity as a function of g = G / gMaxSiemens. */
const stateLawSchema = z.discriminatedUnion("kind", [powerLawSchema, logarithmicLawSchema, tableLawSchema]);
export type StateLaw = z.infer<typeof stateLawSchema>;

/** A log-normal spread from device to device: median, and the standard deviation of the natural logarithm. */
const spreadSiemens = strictObject({ medianSiemens: siemens, logSpread });
const spreadAmperes = strictObject({ medianAmperes: amperes, logSpread });

const gradualLawSchema = strictObject({
  siemens: z.number().min(-0.01).max(0.01),
  share: z.number().min(-1).max(1),
  memorySiemens: z.number().min(-0.01).max(0.01),
});
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
    medianPulses: z.number().min(1).max(4e9),
    logSpread,
    /** Share of the failures that leave the device open (stuck at RESET); the others are shorts (stuck at SET). */
    openShare: z.number().min(0).max(1),
  }),
  /** The melt follows the current with this time constant: shorter boxes melt less. */
  melt: strictObject({ thermalSeconds: seconds }),
  /** Pulses below this current change nothing. */
  onsetAmperes: z.number().min(0).max(0.1),
  crystallisation: strictObject({
    /** Time constant of crystal growth at the best current. */
    seconds,
    /** Current at which growth is fastest. */
    peakAmperes: amperes,
    /** Standard deviation, in ln(current), of the bump of the growth rate. */
    logWidth: z.number().min(0.1).max(10),
  }),
  /** SET by short pulses: random steps with a memory of the pulses since the last melt, before crystals span the glass. */
  gradual: strictObject({
    /** The pulse that the laws below are for. */
    pulseAmperes: amperes,
    pulseSeconds: seconds,
    /** Pulses after which the crystals span the glass, and grow on together at the rate of `crystallisation`. */
    incubationPulses: z.number().positive().max(1000),
    /** Pulses over which the memory falls by a factor e. */
    memoryPulses: z.number().min(0.01).max(1e6),
    /** Mean of a step: siemens + share x G + memorySiemens x memory. */
    mean: gradualLawSchema,
    /** Standard deviation of a step, likewise. */
    spread: gradualLawSchema,
    /** The steps stay between these. */
    minSiemens: someSiemens,
    maxSiemens: siemens,
  }),
  /** From pulse to pulse: a log-normal factor and an additive part on the conductance that a pulse aims at. */
  cycle: strictObject({ logSpread, siemens: someSiemens }),
  drift: strictObject({
    /** The g = 1 of all state laws. */
    gMaxSiemens: siemens,
    /** t_0 of G = G_p max(1, t / t_0)^-nu: up to it a device holds G_p (docs/decisions/0002). */
    referenceSeconds: seconds,
    nuMean: stateLawSchema,
    nuSpread: stateLawSchema,
  }),
  /** Random relaxation of fresh glass before the reference time of drift; none without it. */
  relaxation: strictObject({
    /** Standard deviation of the relative change of conductance where it is largest, at a third of the SET conductance. */
    spread: z.number().min(0).max(0.25),
    /** When the change begins; it goes on in proportion to ln(t) until `drift.referenceSeconds`. */
    startSeconds: seconds,
    /** The standard deviation as it was found at each state, instead of `spread` and the shape of the model. */
    byState: stateLawSchema.optional(),
  }).optional(),
  temperature: strictObject({
    /** The temperature that all other values are for; a chip starts at it. */
    referenceKelvin: z.number().min(200).max(450),
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
    voltsPerE: z.number().min(1e-3).max(10),
  }),
  readNoise: strictObject({
    /** t_read of the accumulated variance Q_s^2 ln((t + t_read) / (2 t_read)). */
    readSeconds: seconds,
    /** Q_s, relative to the conductance. */
    relative: stateLawSchema,
  }),
});
export type DeviceParameters = z.infer<typeof deviceParametersSchema>;

/** The first two values that contradict each other, by their paths from the device; undefined when there are none. */
export function deviceContradiction(device: DeviceParameters): string | undefined {
  const { set, floor, gradual, crystallisation, relaxation, drift } = device;
  const atMost: readonly (readonly [string, number, string, number])[] = [
    ["floor.medianSiemens", floor.medianSiemens, "half of set.medianSiemens", set.medianSiemens / 2],
    ["gradual.minSiemens", gradual.minSiemens, "gradual.maxSiemens", gradual.maxSiemens],
    [
      "relaxation.startSeconds",
      relaxation?.startSeconds ?? 0,
      "drift.referenceSeconds",
      drift.referenceSeconds,
    ],
    // Beyond six standard deviations nothing grows that floating point could hold.
    [
      "|ln(gradual.pulseAmperes / crystallisation.peakAmperes)|",
      Math.abs(Math.log(gradual.pulseAmperes / crystallisation.peakAmperes)),
      "6 crystallisation.logWidth",
      6 * crystallisation.logWidth,
    ],
    ...[
      ["drift.nuMean", drift.nuMean] as const,
      ["drift.nuSpread", drift.nuSpread] as const,
      ["readNoise.relative", device.readNoise.relative] as const,
      ["relaxation.byState", relaxation?.byState] as const,
    ].flatMap(([name, law]) => (law === undefined ? [] : orderOf(name, law))),
  ];
  const wrong = atMost.find(([, value, , limit]) => !(value <= limit));
  return wrong && `${wrong[0]} is ${wrong[1]}, and must be at most ${wrong[2]}, which is ${wrong[3]}`;
}

function orderOf(name: string, law: StateLaw): (readonly [string, number, string, number])[] {
  switch (law.kind) {
    case "power":
      return [];
    case "logarithmic":
      return [[`${name}.min`, law.min, `${name}.max`, law.max]];
    case "table":
      return law.points.flatMap(({ g }, n) => {
        const before = law.points[n - 1];
        return before === undefined
          ? []
          : [[`${name}.points.${n - 1}.g`, before.g, `${name}.points.${n}.g`, g] as const];
      });
  }
}
