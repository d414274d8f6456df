/**
 * exp and log by tables, because calls of Math.exp and Math.log take 10 to 15 ns and a reading or a pulse needs several. Relative
 * errors below 1e-11 (of log: absolute below 1e-13), far finer than the single precision that devices are kept in. Sums of
 * products, so the same on every machine.
 */

/** Few enough for the table to stay in the first cache. */
const stepsPerUnit = 32;
const range = 32;
const powers = Float64Array.from({ length: 2 * range * stepsPerUnit + 1 }, (_, i) =>
  Math.exp(i / stepsPerUnit - range),
);

/** e^x; outside -32 to 32 the library's. */
export function expOf(x: number): number {
  if (!(x >= -range && x < range)) return Math.exp(x);
  const i = ((x + range) * stepsPerUnit + 0.5) | 0;
  const r = x + range - i / stepsPerUnit;
  return powers[i]! * (1 + r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24)))));
}

const mantissaBits = 9;
const mantissas = 2 ** mantissaBits;
/** The middles of the numbers from 1 to 2 that begin with the same bits. */
const middles = Array.from({ length: mantissas }, (_, i) => 1 + (i + 0.5) / mantissas);
const logs = Float64Array.from(middles, Math.log);
const reciprocals = Float64Array.from(middles, (middle) => 1 / middle);
/** Exponents of a double as it is stored, and the powers of two that take them away. */
const bias = 1023;
const scales = Float64Array.from({ length: 2 * bias + 1 }, (_, stored) => 2 ** (bias - stored));

const view = new Float64Array(1);
const words = new Int32Array(view.buffer);

/** ln x; the library's for what is not a normal positive number. */
export function logOf(x: number): number {
  view[0] = x;
  const high = words[1]!;
  const stored = high >> 20;
  if (!(stored > 0 && stored <= 2 * bias)) return Math.log(x);
  const i = (high >> (20 - mantissaBits)) & (mantissas - 1);
  const r = x * scales[stored]! * reciprocals[i]! - 1;
  return (stored - bias) * Math.LN2 + logs[i]! + r * (1 - r * (0.5 - r * (1 / 3 - r * 0.25)));
}
