/** The slope of the power spectrum of readings of one device: 0 for white noise, -1 for 1/f noise, -2 for a random walk. */

import { digamma, trigamma } from "./gamma.ts";

export interface SpectralSlope {
  /** d ln(power) / d ln(frequency). */
  readonly slope: number;
  /** Standard error, from what the powers in the bands scatter by themselves or about the line, whichever is more. */
  readonly slopeError: number;
  /** Frequencies (Hz) between which it was taken. */
  readonly fromHertz: number;
  readonly toHertz: number;
  readonly readings: number;
  /** Whether the readings were equally far apart, to a hundredth of their distance. */
  readonly even: boolean;
}

/** Readings beyond so many are not looked at: the effort goes with their number times that of the frequencies. */
export const mostReadings = 16_384;
export const fewestReadings = 16;

/** In median distances. */
const longestGap = 10;

const perDecade = 4;
/** Frequencies that are looked at in each band, bounded. */
const perBand = 32;

/**
 * By the periodogram of Lomb and Scargle (Scargle, Astrophys. J. 263 (1982) 835, eq. 10), which for readings in equal steps is the
 * classical one, under a Hann window, in bands of equal width on the logarithmic scale. The lowest frequency is four over the span, free of
 * what the window spreads; the highest half of one over twice the median distance, below which uneven readings fold little.
 * @param seconds times, rising. @param values residuals of a fit, so that drift does not pass for noise.
 * @returns undefined for fewer than 16 readings, when they span less than a decade of frequencies, or when a gap is longer than ten of
 * the usual distances, as in series that are spaced evenly in ln t: such a window folds the low frequencies over the high ones.
 */
export function spectralSlope(seconds: Float64Array, values: Float64Array): SpectralSlope | undefined {
  const n = Math.min(seconds.length, mostReadings);
  if (n < fewestReadings) return undefined;
  const t = seconds.subarray(0, n);
  const span = t[n - 1]! - t[0]!;
  const steps = t.subarray(1).map((value, i) => value - t[i]!);
  const step = steps.slice().sort()[steps.length >> 1]!;
  const [from, to] = [4 / span, 1 / (4 * step)];
  if (!(to >= 10 * from) || steps.some((gap) => gap > longestGap * step)) return undefined;
  const windowed = hann(t, span, values.subarray(0, n));
  const bands = bandsOf(from, to).map((band) => bandPower(t, windowed, band, span));
  const even = steps.every((value) => Math.abs(value - step) <= 0.01 * step);
  return { ...lineOf(bands), fromHertz: from, toHertz: to, readings: n, even };
}

interface Band {
  readonly low: number;
  readonly high: number;
}

function bandsOf(from: number, to: number): Band[] {
  const count = Math.round(perDecade * Math.log10(to / from));
  const edge = (band: number): number => from * (to / from) ** (band / count);
  return Array.from({ length: count }, (_, band) => ({ low: edge(band), high: edge(band + 1) }));
}

function hann(t: Float64Array, span: number, values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value, i) => (value - mean) * Math.sin((Math.PI * (t[i]! - t[0]!)) / span) ** 2);
}

interface BandPower {
  /** ln of the frequency (Hz) and of the mean power, and the variance of the latter. */
  readonly x: number;
  readonly y: number;
  readonly variance: number;
}

/**
 * Mean power over frequencies that the window leaves independent, two over the span apart. Each is an exponential around the true
 * power; psi and psi' are what the logarithm of the mean of m of them is off by, and its variance.
 */
function bandPower(t: Float64Array, values: Float64Array, { low, high }: Band, span: number): BandPower {
  const m = Math.max(1, Math.min(perBand, Math.floor(((high - low) * span) / 2)));
  let sum = 0;
  for (let k = 0; k < m; k++) sum += power(t, values, low * (high / low) ** ((k + 0.5) / m));
  return {
    x: Math.log(low * high) / 2,
    y: Math.log(sum / m) - digamma(m) + Math.log(m),
    variance: trigamma(m),
  };
}

function power(t: Float64Array, values: Float64Array, hertz: number): number {
  const omega = 2 * Math.PI * hertz;
  const delay = delayOf(t, omega);
  let [cosine, sine, cosines, sines] = [0, 0, 0, 0];
  for (let i = 0; i < t.length; i++) {
    const c = Math.cos(omega * t[i]! - delay);
    const s = Math.sin(omega * t[i]! - delay);
    cosine += values[i]! * c;
    sine += values[i]! * s;
    cosines += c * c;
    sines += s * s;
  }
  return (cosine ** 2 / cosines + sine ** 2 / sines) / 2;
}

/** omega tau of Scargle's eq. 11: makes the two sums independent of where time begins. */
function delayOf(t: Float64Array, omega: number): number {
  let [sine, cosine] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    sine += Math.sin(2 * omega * t[i]!);
    cosine += Math.cos(2 * omega * t[i]!);
  }
  return Math.atan2(sine, cosine) / 2;
}

function lineOf(bands: readonly BandPower[]): { slope: number; slopeError: number } {
  const sum = (of: (band: BandPower) => number): number =>
    bands.reduce((total, band) => total + of(band) / band.variance, 0);
  const weight = sum(() => 1);
  const [xMean, yMean] = [sum(({ x }) => x) / weight, sum(({ y }) => y) / weight];
  const squares = sum(({ x }) => (x - xMean) ** 2);
  const slope = sum(({ x, y }) => (x - xMean) * (y - yMean)) / squares;
  const rest = sum(({ x, y }) => (y - yMean - slope * (x - xMean)) ** 2) / (bands.length - 2);
  return { slope, slopeError: Math.sqrt(Math.max(1, rest) / squares) };
}
