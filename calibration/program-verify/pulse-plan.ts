/** The pulses of one decision, as arrays with one entry a device, and the trains that they become. */

import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { type PulseStep, type PulseTrain, pulsesIn, type SharedTrain } from "../../src/chip/pulse.ts";
import type { PulseAmperes } from "./parameters.ts";

/** Filled in while a decision is made. */
export interface PulsePlan {
  /** Amplitude of a pulse of the loop, A; 0 for none. */
  readonly amperes: Float32Array;
  /** 1: back to RESET. */
  readonly reset: Uint8Array;
  /** 1: the whole preparation, which ends at a high conductance. */
  readonly prepare: Uint8Array;
}

export interface PulseShapes {
  readonly preparation: readonly PulseAmperes[];
  readonly reset: PulseAmperes;
  readonly pulseWidthSeconds: number;
}

export const emptyPlan = (devices: number): PulsePlan => ({
  amperes: new Float32Array(devices),
  reset: new Uint8Array(devices),
  prepare: new Uint8Array(devices),
});

/** In the order in which they are sent; empty ones are left out. */
export function trainsOf(
  { amperes, reset, prepare }: PulsePlan,
  { preparation, reset: resetPulse, pulseWidthSeconds }: PulseShapes,
  descriptor: Descriptor,
): PulseTrain[] {
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  const amplitudeCodes = new Uint16Array(amperes.length);
  for (let n = 0; n < amperes.length; n++) amplitudeCodes[n] = Math.round(amperes[n]! / amperesPerCode);
  const trains: PulseTrain[] = [
    { kind: "per-cell", shape: { widthSeconds: pulseWidthSeconds, trailingSeconds: 0 }, amplitudeCodes },
    sharedTrain(reset, [resetPulse], amperesPerCode),
    sharedTrain(prepare, preparation, amperesPerCode),
  ];
  return trains.filter((train) => pulsesIn(train) > 0);
}

const sharedTrain = (
  mask: Uint8Array,
  pulses: readonly PulseAmperes[],
  amperesPerCode: number,
): SharedTrain => ({
  kind: "shared",
  mask,
  steps: pulses.map(
    ({ amperes, widthSeconds }): PulseStep => ({
      amplitudeCode: Math.round(amperes / amperesPerCode),
      widthSeconds,
      trailingSeconds: 0,
    }),
  ),
});
