/** The published statistics of the Fusion array (FACTS 7.1, aihwkit pcm.py), typed in here a second time: nothing comes from the profile. */

/** G_max of Joshi 2020, the conductance of g = 1 (S). */
export const gMaxSiemens = 25e-6;

/** The eleven levels g = G / G_max. */
export const levels: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10);

/** Standard deviation (S) of the programmed conductance, pcm.py:101-118. */
export const programmingErrorSiemens = (g: number): number => (0.2635 + 1.965 * g - 1.1731 * g * g) * 1e-6;

/** t_0 of the drift (s), pcm.py:64-75. */
export const driftReferenceSeconds = 20;

/** Mean of the drift exponent, pcm.py:121-130. */
export const driftMean = (g: number): number => clamp(-0.0155 * Math.log(g) + 0.0244, 0.049, 0.1);

/** Standard deviation of the drift exponent, pcm.py:121-130. */
export const driftSpread = (g: number): number => clamp(-0.0125 * Math.log(g) - 0.0059, 0.008, 0.045);

const readSeconds = 250e-9;

/** Q_s: amplitude of the read noise relative to the conductance, pcm.py:147-154. */
export const noiseAmplitude = (g: number): number => Math.min(0.0088 / g ** 0.65, 0.2);

/** Standard deviation of a reading relative to the conductance, `seconds` after programming, pcm.py:147-154. */
export const accumulatedNoise = (g: number, seconds: number): number =>
  noiseAmplitude(g) * Math.sqrt(Math.log((seconds + readSeconds) / (2 * readSeconds)));

/**
 * Covariance, in units of Q_s^2, of the readings `early` and `late` seconds after programming: ln(late / (late - early)).
 * It is that of relaxations whose time constants are uniform on a logarithmic scale and that all start at the pulse, the
 * process of which the accumulated variance above is the limit late - early = 2 t_read.
 */
export function noiseCovariance(early: number, late: number): number {
  if (early > late) return noiseCovariance(late, early);
  return Math.log((late + readSeconds) / Math.max(late - early, 2 * readSeconds));
}

/** G_max of one device of the HERMES chips (S), FACTS 7.4. */
export const hermesGMaxSiemens = 10.35e-6;

/** t_0 of the HERMES model for one device (s), FACTS 7.4. */
export const hermesReferenceSeconds = 200;

/** Standard deviation (S) of the programmed conductance of one device, hermes.py, FACTS 7.4. */
export const hermesProgrammingErrorSiemens = (g: number): number =>
  (0.15781817 + 2.32443916 * g - 2.16310839 * g ** 2 + 0.68841818 * g ** 3) * 1e-6;

/** Accepted error (S) and iterations of the loop of FACTS 8.2: 5 ADC counts where G_max of one device is about 80, 30 times. */
export const hermesMarginSiemens = (5 / 80) * hermesGMaxSiemens;
export const hermesIterations = 30;

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
