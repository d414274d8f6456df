/** Parameters of gradient-descent programming, and defaults for a chip. */

import { LabError } from "../../src/core/errors.ts";
import type { Adaptation } from "./correction.ts";
import type { MeltCurve } from "./melt-curve.ts";
import type { InputDistribution } from "./random-inputs.ts";

export interface DescentParameters extends Adaptation {
  readonly inputs: InputDistribution;
  readonly phases: 1 | 4;
  /** Random vectors of one iteration. */
  readonly vectors: number;
  /**
   * Times that what the gradients of a column explain is taken out of its errors before they are averaged again. With 0 a gradient
   * also holds the errors of all other rows, which random inputs only average away.
   */
  readonly refinements: number;
  /**
   * Part of the estimated error by which the amplitude moves. A device scatters from pulse to pulse, and that part of its error
   * goes away with any new pulse, so that the whole error would be too much.
   */
  readonly rate: number;
  /** Errors below so many of their own standard deviations are left alone. */
  readonly significance: number;
  /** Errors up to this are left alone (S). */
  readonly marginSiemens: number;
  /** Largest change of one device that one pulse is meant to make (S). */
  readonly maxStepSiemens: number;
  /** Rounds of pulses, each after a batch of products; one more batch judges the last of them. */
  readonly maxIterations: number;
  /** Pulses of one device, at most. */
  readonly maxPulsesPerDevice: number;
  /** Pulses of the whole descent, at most; the largest errors get them first. */
  readonly maxPulses: number;
  /** Chip time between the pulses of an iteration and the products of the next, in which the devices relax (s). */
  readonly restSeconds: number;
  readonly pulseWidthSeconds: number;
  readonly minAmperes: number;
  readonly maxAmperes: number;
  /** Of a typical device, until those whose amplitudes are known tell it better. */
  readonly curve: MeltCurve;
  /** Largest conductance that a device is meant to get. */
  readonly maxSiemens: number;
  /** A device is stuck when so many pulses in a row moved it by less than this part of what they were meant to. */
  readonly stuckShare: number;
  readonly stuckPulses: number;
}

/** What a descent takes over from the programming before it: MeltQuenchParameters have it. */
export interface FeedbackPulses {
  readonly pulseWidthSeconds: number;
  readonly startAmperes: number;
  readonly minAmperes: number;
  readonly maxAmperes: number;
  /** Near the reciprocal of the steepest slope of conductance against current, A/S. */
  readonly gainAmperesPerSiemens: number;
}

/** SET states lie above the conductances that are used: 14 against 10.35 µS in the model of the HERMES core. */
const setOverMax = 1.35;

/**
 * Our choice; no parameters of the published descent are known (FACTS 8.3 a). They were found on the emulated HERMES core with a
 * few thousand weights of one seed, and hold for whole cores of other seeds (test/bench/program-gradient.ts).
 * @param maxSiemens the largest conductance that a device is meant to get.
 */
export function descentFor(pulses: FeedbackPulses, maxSiemens: number): DescentParameters {
  const setSiemens = setOverMax * maxSiemens;
  const slopeAmperes = (pulses.gainAmperesPerSiemens * setSiemens) / 4;
  return {
    inputs: { kind: "uniform" },
    phases: 1,
    vectors: 2048,
    refinements: 4,
    rate: 0.55,
    significance: 3,
    marginSiemens: 0.05 * maxSiemens,
    maxStepSiemens: 0.3 * maxSiemens,
    maxIterations: 15,
    maxPulsesPerDevice: 20,
    maxPulses: Number.MAX_SAFE_INTEGER,
    restSeconds: 5,
    pulseWidthSeconds: pulses.pulseWidthSeconds,
    minAmperes: pulses.minAmperes,
    maxAmperes: pulses.maxAmperes,
    curve: { setSiemens, slopeAmperes, halfAmperes: pulses.startAmperes + 2 * slopeAmperes },
    maxSiemens,
    adaptation: 0.1,
    maxScaleChange: 0.35,
    maxOffsetCodes: 10,
    stuckShare: 0.2,
    stuckPulses: 3,
  };
}

/** @throws LabError USAGE when parameters contradict each other or the rows; what a chip forbids is the chip's to check. */
export function assertConsistent(parameters: DescentParameters, rows: number): void {
  const complaint = complaintOf(parameters, rows);
  if (complaint === undefined) return;
  throw new LabError("USAGE", `gradient descent: ${complaint}`, {
    next: "correct the parameters of the descent",
  });
}

function complaintOf(p: DescentParameters, rows: number): string | undefined {
  const counts = { vectors: p.vectors, maxIterations: p.maxIterations, stuckPulses: p.stuckPulses };
  const odd = Object.entries(counts).find(([, value]) => !(Number.isInteger(value) && value >= 1));
  if (odd !== undefined) return `${odd[0]} is ${odd[1]}, at least 1 is needed`;
  const positive = { rate: p.rate, maxStepSiemens: p.maxStepSiemens, maxSiemens: p.maxSiemens };
  const naught = Object.entries(positive).find(([, value]) => !(value > 0));
  if (naught !== undefined) return `${naught[0]} is ${naught[1]}, more than 0 is needed`;
  const enough = leastVectorsPerRow * rows;
  if (p.refinements > 0 && p.vectors < enough)
    return `${p.vectors} vectors cannot tell ${rows} rows apart, refinements need ${enough}`;
  if (!(p.stuckPulses <= mostIdle)) return `${p.stuckPulses} idle pulses, at most ${mostIdle}`;
  if (!(p.minAmperes <= p.maxAmperes))
    return `the smallest amplitude ${p.minAmperes} A is above the largest ${p.maxAmperes} A`;
  if (!(p.maxPulsesPerDevice <= mostPulses))
    return `${p.maxPulsesPerDevice} pulses a device, at most ${mostPulses}`;
  return undefined;
}

/** Eigenvalues of the covariance of random inputs reach (1 + sqrt(rows / vectors))^2, and refinements diverge from 2 on. */
const leastVectorsPerRow = 6;
/** Counted in 8 bits, and in 16. */
const mostIdle = 255;
const mostPulses = 65_535;
