/**
 * Draws keyed by (seed, cell, event), the same bits as `keyedBits` of src/core/prng.ts.
 * The hash is repeated here because a read costs a dozen draws: the seed is mixed once and the calls stay inside this folder.
 */

/** Steps between the keys of draws: 2^32 over the golden ratio. */
export const golden = 0x9e3779b9;
const tableBits = 12;

/** MurmurHash3's 32-bit finaliser as a signed integer, which saves V8 a conversion against `mix32`. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** `mix` without its last step, which leaves the upper 16 bits as they are: enough for a table of normals. */
export function mixTop(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
}

/** 32 bits of one event of one cell, from a seed that went through `mix` once. */
export const eventKey = (mixedSeed: number, cell: number, event: number): number =>
  mix(mix(mixedSeed ^ cell) + Math.imul(event, golden));

/** 32 bits of one of several draws that belong to the same event. */
export const drawOf = (key: number, draw: number): number => mix(key + Math.imul(draw, golden));

const timeView = new Float64Array(1);
const timeWords = new Uint32Array(timeView.buffer);

/** 32 bits of a time (s), for a key: every bit of it counts, so that what happens at two times has unrelated noise. */
export function timeBits(seconds: number): number {
  timeView[0] = seconds;
  return timeWords[0]! ^ Math.imul(timeWords[1]!, golden);
}

/** A uniform number in (0, 1). */
export const uniformOf = (bits: number): number => ((bits >>> 0) + 0.5) / 4294967296;

/** A standard normal with all the resolution of its 32 bits (to 6.2 standard deviations). */
export const normalOf = (bits: number): number => inverseNormal(uniformOf(bits));

/**
 * Standard normals by the top 12 bits of a hash: mid-point quantiles, scaled to variance 1.
 * The largest is 3.7; a read adds up ten or more of them, which fills the steps and the tails.
 */
export const normalTable = Float32Array.from(unitVariance(quantiles(2 ** tableBits)));
export const normalTableShift = 32 - tableBits;

/** A standard normal from two independent ones of the table: 24 bits of resolution, to 5.2 standard deviations, without a logarithm. */
export const normalSum = (bits: number): number =>
  (normalTable[bits >>> normalTableShift]! + normalTable[(bits >>> 8) & (2 ** tableBits - 1)]!) *
  Math.SQRT1_2;

function quantiles(count: number): number[] {
  return Array.from({ length: count }, (_, i) => inverseNormal((i + 0.5) / count));
}

function unitVariance(values: readonly number[]): number[] {
  const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  return values.map((value) => value / rms);
}

/** The inverse of the normal distribution function: P. J. Acklam's rational approximation, relative error below 1.2e-9. */
function inverseNormal(p: number): number {
  if (p < 0.02425) return tail(p);
  if (p > 0.97575) return -tail(1 - p);
  const q = p - 0.5;
  const r = q * q;
  const above =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (above * q) / below;
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1;
  return above / below;
}
