/** Parameters of iterative melt-quench programming, and the defaults of the published experiment. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { LabError } from "../../src/core/errors.ts";
import type { EstimationParameters } from "./estimation.ts";

export interface PulseAmperes {
  readonly amperes: number;
  readonly widthSeconds: number;
}

/** How one device is brought to its target and judged. */
export interface FeedbackParameters {
  /** Bounds of the amplitude. */
  readonly minAmperes: number;
  readonly maxAmperes: number;
  /** The constant c of I(k+1) = I(k) + c (G - target), in A/S. */
  readonly gainAmperesPerSiemens: number;
  /**
   * After so many pulses of a device the gain falls with their number, so that a device too steep for c comes to rest too
   * (Robbins and Monro 1951); c is constant without it.
   */
  readonly calmAfterIterations?: number;
  /** Accepted |G - target|. */
  readonly marginSiemens: number;
  /** Targets up to this are the RESET state; such a device gets `reset` pulses only. */
  readonly zeroSiemens: number;
  /** Largest conductance accepted as RESET. */
  readonly zeroMarginSiemens: number;
  /** Feedback pulses of one device. */
  readonly maxIterations: number;
  /** RESET pulses of a device that is meant to hold nothing. */
  readonly maxResets: number;
  /** A device whose readings moved less than this, or than this fraction of the highest one, in `stuckIterations` pulses is stuck. */
  readonly stuckSiemens: number;
  readonly stuckFraction: number;
  readonly stuckIterations: number;
}

export interface MeltQuenchParameters extends FeedbackParameters {
  /** Brings a device into a high-conductance state before the first feedback pulse. */
  readonly preparation: readonly PulseAmperes[];
  /** Brings a device that is meant to hold nothing into the RESET state. */
  readonly reset: PulseAmperes;
  readonly pulseWidthSeconds: number;
  /** Amplitude that the first error is added to. */
  readonly startAmperes: number;
  readonly averages: number;
  readonly readVolts: number;
  /**
   * How a weight is shared among several devices of its sign: `even`, or each as far as `deviceSiemens` and the rest to the next
   * (the "max-fill" that was used on HERMES before max-SET-fill, FACTS.md 8.2).
   */
  readonly split: "even" | "fill-first";
  readonly deviceSiemens: number;
  /** The most that a device is aimed at to make up for one of its weight that is stuck. */
  readonly partnerSiemens: number;
  /** How a late verification judges a device. */
  readonly late: LateParameters;
}

/** A margin that is as wide as that of the loop would be left by read noise alone, which is larger by then (FACTS.md 7.1). */
export interface LateParameters extends EstimationParameters {
  readonly marginSiemens: number;
}

/**
 * Joshi et al. 2020 as far as known (FACTS.md 1.2): RESET 450 µA x 50 ns, six pulses of 1 µs falling evenly from 160 to
 * 60 µA; five reads at 0.3 V; margin 0.25 µS; amplitude bounded to 80..400 µA; at most 55 iterations. The paper gives
 * neither c nor the pulse width of the loop. Here c is near the reciprocal of the steepest slope of conductance against
 * current, so that a step is never larger than twice what is needed. The start is the lower end of melting.
 */
export const joshi2020: MeltQuenchParameters = {
  preparation: [
    { amperes: 450e-6, widthSeconds: 50e-9 },
    ...[160, 140, 120, 100, 80, 60].map((microamperes) => ({
      amperes: microamperes * 1e-6,
      widthSeconds: 1e-6,
    })),
  ],
  reset: { amperes: 450e-6, widthSeconds: 50e-9 },
  pulseWidthSeconds: 1e-6,
  startAmperes: 150e-6,
  minAmperes: 80e-6,
  maxAmperes: 400e-6,
  gainAmperesPerSiemens: 4,
  marginSiemens: 0.25e-6,
  zeroSiemens: 0.25e-6,
  zeroMarginSiemens: 0.75e-6,
  maxIterations: 55,
  maxResets: 5,
  stuckSiemens: 1e-6,
  stuckFraction: 0.2,
  stuckIterations: 12,
  averages: 5,
  readVolts: 0.3,
  split: "even",
  deviceSiemens: 20e-6,
  partnerSiemens: 25e-6,
  late: { reads: 16, averages: 16, marginSiemens: 0.5e-6 },
};

/** Full scales of the chip that `joshi2020` was published for (FACTS.md 1.1). */
const publishedFullScaleAmperes = 500e-6;
const publishedFullScaleSiemens = 50e-6;

/**
 * The parameters for a chip: the published ones where it can make their currents. Otherwise, and this is our choice without a
 * publication behind it, all currents are scaled by its largest current over the published chip's full scale, and the gain so
 * that it stays near the reciprocal of the steepest slope of a device whose conductances go with the range of the converter. The
 * read voltage and the averages are the published ones or the nearest that the chip allows.
 */
export function parametersFor({ read, program }: Descriptor): MeltQuenchParameters {
  const siemensFactor = read.fullScaleSiemens / publishedFullScaleSiemens;
  const possible = largestAmperes(joshi2020) <= program.maxAmperes;
  return {
    ...(possible
      ? joshi2020
      : scaled(joshi2020, program.maxAmperes / publishedFullScaleAmperes, siemensFactor)),
    deviceSiemens: siemensFactor * joshi2020.deviceSiemens,
    partnerSiemens: siemensFactor * joshi2020.partnerSiemens,
    averages: Math.min(joshi2020.averages, read.maxAverages),
    readVolts: Math.min(read.maxVolts, Math.max(read.minVolts, joshi2020.readVolts)),
    late: { ...joshi2020.late, averages: Math.min(joshi2020.late.averages, read.maxAverages) },
  };
}

const largestAmperes = ({ preparation, reset, maxAmperes }: MeltQuenchParameters): number =>
  Math.max(maxAmperes, reset.amperes, ...preparation.map(({ amperes }) => amperes));

function scaled(
  parameters: MeltQuenchParameters,
  factor: number,
  siemensFactor: number,
): MeltQuenchParameters {
  const weaker = ({ amperes, widthSeconds }: PulseAmperes): PulseAmperes => ({
    amperes: factor * amperes,
    widthSeconds,
  });
  return {
    ...parameters,
    preparation: parameters.preparation.map(weaker),
    reset: weaker(parameters.reset),
    startAmperes: factor * parameters.startAmperes,
    minAmperes: factor * parameters.minAmperes,
    maxAmperes: factor * parameters.maxAmperes,
    gainAmperesPerSiemens: (factor / siemensFactor) * parameters.gainAmperesPerSiemens,
  };
}

/** @throws LabError USAGE when parameters contradict each other; every other limit is the chip's to check. */
export function assertConsistent(
  parameters: Omit<MeltQuenchParameters, "preparation" | "startAmperes" | "gainAmperesPerSiemens">,
): void {
  const { minAmperes, maxAmperes, maxIterations, maxResets, marginSiemens, late } = parameters;
  assertNoFault([
    [minAmperes <= maxAmperes, `the smallest amplitude ${minAmperes} A is above the largest ${maxAmperes} A`],
    ...[maxIterations, maxResets].map((count) => isCount("iterations", count)),
    [marginSiemens > 0, `the margin ${marginSiemens} S is not positive`],
    isCount("late readings", late.reads),
    [late.marginSiemens > 0, `the late margin ${late.marginSiemens} S is not positive`],
  ]);
}

/** What has to be true of parameters, and what is wrong when it is not. */
export type Condition = readonly [boolean, string];

/** Counts are kept as bytes. */
export const isCount = (what: string, count: number): Condition => [
  Number.isInteger(count) && count >= 1 && count <= 255,
  `${what} must be 1 to 255, not ${count}`,
];

/** @throws LabError USAGE for the first condition that is not met. */
export function assertNoFault(conditions: readonly Condition[]): void {
  const fault = conditions.find(([met]) => !met);
  if (fault === undefined) return;
  throw new LabError("USAGE", `programming parameters: ${fault[1]}`, {
    next: "correct the programming parameters",
  });
}
