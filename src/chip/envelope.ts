/**
 * The safety envelope of a chip: what no pulse may leave, beyond the ranges of current and width that its drivers have. What
 * leaves it is refused, never clamped. A user may narrow it and never widen it.
 */

import { z } from "zod";
import { LabError } from "../core/errors.ts";
import type { PulseShape, PulseTrain } from "./pulse.ts";

const positive = z.number().positive();

export const envelopeSchema = z.object({
  /** Voltage of the supply that the programming current is drawn from: it bounds the voltage of a pulse. */
  supplyVolts: positive,
  /** Largest energy of one pulse: supplyVolts x current x (width + trailing / 2). */
  maxPulseJoules: positive,
  /** Pulses of one cell in its whole life. */
  maxPulsesPerCell: z
    .number()
    .int()
    .positive()
    .max(2 ** 32 - 1),
  /**
   * Largest share of chip time that is spent in pulses, of all cells of the chip together, which share supply, current source and heat
   * sink. It is a budget: maxDuty x dutySeconds of pulses may be given at a stretch, and maxDuty comes back with every second.
   */
  maxDuty: positive.max(1),
  dutySeconds: positive,
  /** Temperatures of the chip at which pulses are allowed. */
  minKelvin: positive,
  maxKelvin: positive,
});

export type Envelope = z.infer<typeof envelopeSchema>;

interface Ranges {
  readonly fullScaleAmperes: number;
  readonly dacBits: number;
  readonly minWidthSeconds: number;
}

/** Why limits contradict each other, by name; undefined when they do not. */
export function envelopeFault(envelope: Envelope, program: Ranges): string | undefined {
  const { minKelvin, maxKelvin, supplyVolts, maxPulseJoules, maxDuty, dutySeconds } = envelope;
  if (minKelvin > maxKelvin) return `minKelvin ${minKelvin} is above maxKelvin ${maxKelvin}`;
  const { minWidthSeconds, fullScaleAmperes, dacBits } = program;
  const weakest = (supplyVolts * fullScaleAmperes * minWidthSeconds) / (2 ** dacBits - 1);
  if (maxPulseJoules < weakest)
    return `maxPulseJoules ${maxPulseJoules} is below ${weakest}, the weakest pulse of minWidthSeconds and one DAC step`;
  if (maxDuty * dutySeconds < minWidthSeconds)
    return `maxDuty x dutySeconds, ${maxDuty * dutySeconds} s, is below minWidthSeconds ${minWidthSeconds}`;
  return undefined;
}

/** Upper bound of the energy of one pulse (J): the whole supply voltage, the current's fall counted as a triangle. */
export const pulseJoules = (
  supplyVolts: number,
  amperes: number,
  { widthSeconds, trailingSeconds }: PulseShape,
): number => supplyVolts * amperes * (widthSeconds + trailingSeconds / 2);

/** Rounding of times on the wire and of products of decimals is no violation. */
const tolerance = 1e-6;

/** @throws LabError LIMIT when a pulse of the train has more energy than the envelope allows. */
export function assertEnergyAllowed(envelope: Envelope, amperesPerCode: number, train: PulseTrain): void {
  const { supplyVolts, maxPulseJoules } = envelope;
  const pulses =
    train.kind === "per-cell"
      ? [{ ...train.shape, amplitudeCode: largest(train.amplitudeCodes) }]
      : train.steps;
  for (const pulse of pulses) {
    const joules = pulseJoules(supplyVolts, pulse.amplitudeCode * amperesPerCode, pulse);
    if (joules <= maxPulseJoules * (1 + tolerance)) continue;
    throw refused(
      `a pulse of code ${pulse.amplitudeCode}, ${pulse.widthSeconds} s and a trailing edge of ${pulse.trailingSeconds} s has up to ` +
        `${joules.toExponential(3)} J at ${supplyVolts} V, the envelope allows ${maxPulseJoules} J`,
      "choose a smaller or shorter pulse",
    );
  }
}

/** @throws LabError LIMIT at a temperature (K) at which no pulse is allowed. */
export function assertTemperatureAllowed({ minKelvin, maxKelvin }: Envelope, kelvin: number): void {
  if (kelvin >= minKelvin && kelvin <= maxKelvin) return;
  throw refused(
    `the chip is at ${kelvin} K, the envelope allows pulses from ${minKelvin} to ${maxKelvin} K`,
    "bring the chip to a temperature inside that range",
  );
}

export const refused = (message: string, next: string): LabError =>
  new LabError("LIMIT", message, { next: `nothing was sent; ${next}` });

function largest(codes: Uint16Array): number {
  let most = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i]! > most) most = codes[i]!;
  return most;
}
