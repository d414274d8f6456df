/**
 * 1/f read noise, correlated in time, without stored state.
 *
 * The noise is a sum of sample-and-hold processes, one for each decade of time constants. Component k of a device that
 * was pulsed t seconds ago is in its hold interval i = floor(t / tau_k + phase); its value there is a standard normal
 * keyed by (seed, cell, pulses, k, i), times sqrt(ln 10). In interval 0 it is zero: the pulse has just set the reference.
 *
 * Over an ensemble in which ln(tau) and the phase are uniform, component k has left interval 0 with probability
 * min(1, t / tau), so the variance is the integral of min(1, t / tau) over ln(tau) from tau_min, which is
 * ln(t / tau_min) + 1. With tau_min = 2 e t_read this is ln(t / (2 t_read)), the accumulated 1/f noise of FACTS 7.1
 * (aihwkit pcm.py:147-154), for all t well above t_read. Devices share a decade comb shifted at random by each pulse.
 */

import { draw } from "./events.ts";
import { drawOf, golden, mixTop, normalTable, normalTableShift } from "./keyed-normal.ts";

/** 16 decades from a microsecond: several hundred years. */
export const componentCount = 16;

/** Components slower than the age by this factor are left out; together they hold less than 1 % of a decade's variance. */
const oldestShare = 1e-2;

const turn = 2 ** -32;
/** Of one component, in units of Q_s. */
export const amplitude = Math.sqrt(Math.LN10);
/** Renewal rate of component k over that of the fastest. */
export const decades = Float64Array.from({ length: componentCount + 1 }, (_, k) => 10 ** -k);

/** 10^-u for u on a fine grid in (0, 1): the shift of a comb of time constants. */
const shiftBits = 10;
export const combShifts = Float64Array.from(
  { length: 2 ** shiftBits },
  (_, i) => 10 ** (-(i + 0.5) / 2 ** shiftBits),
);

/** Shortest time constant of component k over all devices (s). */
export const shortestTimeConstant = (k: number, readSeconds: number): number =>
  2 * Math.E * readSeconds * 10 ** k;

/** Renewal rate (1/s) of the fastest component after the pulse with this key. */
export const fastestRate = (key: number, readSeconds: number): number =>
  combShifts[drawOf(key, draw.noiseComb) >>> (32 - shiftBits)]! / (2 * Math.E * readSeconds);

/**
 * Sum of the components from <= k < to of the relative noise, in units of Q_s, `ageSeconds` after the pulse with this key.
 * The phases of the components are a Weyl sequence: each is uniform, which is all that the variance needs.
 */
export function componentSum(
  key: number,
  fastest: number,
  ageSeconds: number,
  from: number,
  to: number,
): number {
  let turns = ageSeconds * fastest * decades[from]!;
  let salt = (key + Math.imul(from, golden)) | 0;
  let sum = 0;
  for (let k = from; k < to && turns > oldestShare; k++) {
    const interval = turns + (salt >>> 0) * turn;
    if (interval >= 1) sum += normalTable[intervalBits(salt, interval) >>> normalTableShift]!;
    turns *= 0.1;
    salt = (salt + golden) | 0;
  }
  return amplitude * sum;
}

/** Keyed by the whole part of `interval`, modulo 2^32: a repetition after four thousand million renewals is harmless. */
const intervalBits = (salt: number, interval: number): number =>
  mixTop(salt ^ Math.imul(interval, 0x27d4eb2f));
