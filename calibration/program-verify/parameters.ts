/** Parameters of iterative melt-quench programming, and the defaults of the published experiment. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { LabError } from "../../src/core/errors.ts";

export interface PulseAmperes {
  readonly amperes: number;
  readonly widthSeconds: number;
}

export interface MeltQuenchParameters {
  /** Brings a device into a high-conductance state before the first feedback pulse. */
  readonly preparation: readonly PulseAmperes[];
  /** Brings a device that is meant to hold nothing into the RESET state. */
  readonly reset: PulseAmperes;
  readonly pulseWidthSeconds: number;
  /** Amplitude that the first error is added to. */
  readonly startAmperes: number;
  readonly minAmperes: number;
  readonly maxAmperes: number;
  /** The constant c of I(k+1) = I(k) + c (G - target), in A/S. */
  readonly gainAmperesPerSiemens: number;
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
  readonly averages: number;
  readonly readVolts: number;
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
  const possible = largestAmperes(joshi2020) <= program.maxAmperes;
  return {
    ...(possible
      ? joshi2020
      : scaled(
          joshi2020,
          program.maxAmperes / publishedFullScaleAmperes,
          read.fullScaleSiemens / publishedFullScaleSiemens,
        )),
    averages: Math.min(joshi2020.averages, read.maxAverages),
    readVolts: Math.min(read.maxVolts, Math.max(read.minVolts, joshi2020.readVolts)),
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
export function assertConsistent(parameters: MeltQuenchParameters): void {
  const { minAmperes, maxAmperes, maxIterations, maxResets, marginSiemens } = parameters;
  const complaint =
    minAmperes > maxAmperes
      ? `the smallest amplitude ${minAmperes} A is above the largest ${maxAmperes} A`
      : !(maxIterations >= 1 && maxIterations <= 255 && maxResets >= 1 && maxResets <= 255)
        ? `iterations must be 1 to 255, not ${maxIterations} and ${maxResets}`
        : !(marginSiemens > 0)
          ? `the margin ${marginSiemens} S is not positive`
          : undefined;
  if (complaint === undefined) return;
  throw new LabError("USAGE", `programming parameters: ${complaint}`, {
    next: "correct the programming parameters",
  });
}
