/** Noise of a device within one MVM: it differs from vector to vector, unlike the 1/f noise that repeated MVMs share. */

import type { MvmParameters } from "./parameters.ts";

type Law = MvmParameters["deviceNoise"];

export interface DeviceNoise {
  /** Relative to the conductance. */
  readonly slope: number;
  readonly offsetSiemens: number;
}

/** The law was measured from nanoseconds on; a shorter pulse is as noisy as one of 1 ns. */
const shortestNanoseconds = 1;

/** sigma = slope G + offset of a device whose current is integrated for so long (FACTS 7.6, aihwkit analog_mvm_irdrop_t.py:236-268). */
export function deviceNoise({ slope, offsetSiemens }: Law, integrationSeconds: number): DeviceNoise {
  const logTime = Math.log10(Math.max(shortestNanoseconds, integrationSeconds * 1e9));
  return { slope: polynomial(slope, logTime), offsetSiemens: polynomial(offsetSiemens, logTime) };
}

/** Standard deviation (S) at a conductance. */
export const noiseSiemens = ({ slope, offsetSiemens }: DeviceNoise, siemens: number): number =>
  Math.max(0, slope * siemens + offsetSiemens);

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
