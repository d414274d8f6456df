/** Power spectral densities of series that are sampled in equal steps. */

import { dot, slopeWeights } from "./statistics.ts";

/**
 * The periodogram of a series under a Hann window, which keeps the power of the slowest changes, by far the largest in
 * 1/f noise, out of the higher frequencies. Value k belongs to the frequency k / (length x step); arbitrary units.
 * @param series its length is a power of two.
 */
export function periodogram(series: Float64Array): Float64Array {
  const { length } = series;
  const centre = series.reduce((sum, value) => sum + value, 0) / length;
  const real = series.map((value, n) => (value - centre) * Math.sin((Math.PI * n) / length) ** 2);
  const imaginary = new Float64Array(length);
  transform(real, imaginary);
  return Float64Array.from({ length: length / 2 }, (_, k) => real[k]! ** 2 + imaginary[k]! ** 2);
}

/**
 * Slope of ln(power) over ln(frequency) between two bins, from means over bands of equal width on the logarithmic scale,
 * eight to the decade, so that every decade has the same weight.
 */
export function logarithmicSlope(power: Float64Array, firstBin: number, lastBin: number): number {
  const bands = Math.round(8 * Math.log10(lastBin / firstBin));
  const edge = (band: number): number => Math.round(firstBin * (lastBin / firstBin) ** (band / bands));
  const x: number[] = [];
  const y: number[] = [];
  for (let band = 0; band < bands; band++) {
    const from = edge(band);
    const to = Math.max(edge(band + 1), from + 1);
    const part = power.subarray(from, to);
    x.push((Math.log(from) + Math.log(to - 1)) / 2);
    y.push(Math.log(part.reduce((sum, value) => sum + value, 0) / part.length));
  }
  return dot(slopeWeights(x), y);
}

/** In-place Fourier transform by Cooley and Tukey. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  reverseBits(real);
  reverseBits(imaginary);
  for (let size = 2; size <= real.length; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = (-2 * Math.PI * k) / size;
      butterflies(real, imaginary, size, k, Math.cos(angle), Math.sin(angle));
    }
  }
}

function butterflies(
  real: Float64Array,
  imaginary: Float64Array,
  size: number,
  k: number,
  cosine: number,
  sine: number,
): void {
  for (let a = k; a < real.length; a += size) {
    const b = a + size / 2;
    const re = real[b]! * cosine - imaginary[b]! * sine;
    const im = real[b]! * sine + imaginary[b]! * cosine;
    real[b] = real[a]! - re;
    imaginary[b] = imaginary[a]! - im;
    real[a] = real[a]! + re;
    imaginary[a] = imaginary[a]! + im;
  }
}

function reverseBits(values: Float64Array): void {
  for (let i = 1, j = 0; i < values.length; i++) {
    let bit = values.length >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [values[i], values[j]] = [values[j]!, values[i]!];
  }
}
