/**
 * The statistics of one device of the HERMES chips (FACTS 7.4, aihwkit hermes.py) and of its noise within one MVM (FACTS 7.6), typed
 * in here a second time: nothing comes from the profile.
 */

import { hermesGMaxSiemens, hermesProgrammingErrorSiemens, hermesReferenceSeconds } from "./published.ts";

/** sigma of the 8-bit MVM of the HERMES core, Gaussian (FACTS 8.1); `ofRange` of mvm.ts says of what it is taken to be a part. */
export const hermesMvmError = 0.0194;

const readSeconds = 512e-9;

const driftMean = (g: number): number =>
  g < 0.0945 ? clamp(-0.0387 * Math.log(g) - 0.0182, 0.072, 0.13) : -0.0436 * g ** 2 - 0.0126 * g + 0.0736;

const driftSpread = (g: number): number =>
  g < 0.3039 ? clamp(-0.012 * Math.log(g) - 0.0023, 0.0124, 0.04) : -0.0165 * g ** 2 + 0.0116 * g + 0.0104;

const noiseAmplitude = (g: number): number =>
  g < 0.1591
    ? clamp(-0.0078 * Math.log(g) + 0.0038, 0.0179, 0.04)
    : 0.0664 * g ** 3 - 0.1352 * g ** 2 + 0.0768 * g + 0.0088;

const leastState = 1e-7;
/** The polynomials were fitted up to g = 1. */
const stateOf = (siemens: number): number => clamp(siemens / hermesGMaxSiemens, leastState, 1);
const logAge = (ageSeconds: number): number => Math.log(Math.max(1, ageSeconds / hermesReferenceSeconds));

/** Mean conductance (S) at an age of a device that was programmed to `target`. */
export const meanSiemens = (target: number, ageSeconds: number): number =>
  target * meanDecay(target, ageSeconds);

const meanDecay = (siemens: number, ageSeconds: number): number =>
  Math.exp(-driftMean(stateOf(siemens)) * logAge(ageSeconds));

/** Variance (S^2) at an age of a device that was programmed to `target`, around its mean: programming error and spread of drift. */
export function programmedVariance(target: number, ageSeconds: number): number {
  const g = stateOf(target);
  const programming = meanDecay(target, ageSeconds) * hermesProgrammingErrorSiemens(g);
  const drift = meanSiemens(target, ageSeconds) * driftSpread(g) * logAge(ageSeconds);
  return programming ** 2 + drift ** 2;
}

/** Variance (S^2) of the accumulated 1/f noise and of the noise within one MVM of a device that is at `siemens` now. */
export function noiseVarianceOf(siemens: number, ageSeconds: number): number {
  const programmed = siemens / meanDecay(siemens, ageSeconds);
  const decades = Math.log((ageSeconds + readSeconds) / (2 * readSeconds));
  const flicker = siemens * noiseAmplitude(stateOf(programmed)) * Math.sqrt(decades);
  return flicker ** 2 + deviceNoiseVariance(siemens, meanPulseSeconds);
}

/** Of uniform inputs in a phase of 130 ns. */
const meanPulseSeconds = 65e-9;

/** Variance (S^2) of a device within one MVM with read pulses of this mean length, analog_mvm_irdrop_t.py:236-268. */
export function deviceNoiseVariance(siemens: number, pulseSeconds: number): number {
  const x = Math.log10(pulseSeconds * 1e9);
  const slope = polynomial([0.00021926, -0.00187352, 0.00655714, -0.0146159, 0.02578764], x);
  const offset = polynomial([1.11906167e-9, -9.08576764e-9, 3.07015063e-8, -6.77079241e-8, 1.17763144e-7], x);
  return (slope * siemens + offset) ** 2;
}

/** Of one conversion, codes^2: rounding, and the 0.3 codes of the front end that the profile chose. */
export const conversionVariance = 1 / 12 + 0.3 ** 2;

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
