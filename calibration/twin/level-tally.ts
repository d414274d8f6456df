/** What the devices of one level did, taken in part by part: how far off their targets they were first read, and how they drift. */

import type { DriftFits } from "../drift/fits.ts";
import { leftOutBits } from "../drift/masks.ts";
import { Moments } from "../drift/moments.ts";
import { type NoiseSums, noiseAmplitude, noNoise } from "./noise-amplitude.ts";
import { TargetSample } from "./target-sample.ts";
import type { Estimate } from "./weighted-fit.ts";

/** The first reading after the reference time of drift, over the devices that converged. */
export interface FirstReading {
  readonly devices: number;
  readonly ageSeconds: number;
  /** Mean and standard deviation of reading less target of each device (S). */
  readonly meanSiemens: number;
  readonly sigmaSiemens: number;
  /** Mean conductance (S). */
  readonly siemens: number;
}

export interface LevelDrift {
  readonly devices: number;
  /** Conductance at the reference time whose logarithm is the mean of theirs (S): what laws over ln g are evaluated at. */
  readonly stateSiemens: number;
  /** Standard deviation of that logarithm from device to device, without what noise adds. */
  readonly stateSpread: number;
  /** Mean of the exponents, and their standard deviation from device to device without what noise adds. */
  readonly nuMean: Estimate;
  readonly nuSpread: Estimate;
}

export interface LevelFigures {
  /** Mean target (S). */
  readonly targetSiemens: number;
  /** Some of the targets (S). */
  readonly targets: Float32Array;
  /** Those that were programmed, and those that converged. */
  readonly devices: number;
  readonly converged: number;
  readonly first: FirstReading | undefined;
  readonly drift: LevelDrift | undefined;
  /** Q_s. */
  readonly noise: Estimate | undefined;
}

/** A statistic of fewer devices says little: the standard error of a spread is then above a tenth. */
export const fewestDevices = 50;

/** Of the devices of a level. With more of them at the lower end of the converter, what is left are those that drift and scatter less. */
const smallestFittedShare = 0.95;

export class LevelTally {
  readonly #targets = new Moments();
  readonly #sample = new TargetSample();
  #converged = 0;
  readonly #errors = new Moments();
  readonly #firstAges = new Moments();
  readonly #siemens = new Moments();
  readonly #nu = new Moments();
  readonly #nuVariance = new Moments();
  readonly #readingVariance = new Moments();
  readonly #logState = new Moments();
  readonly #stateVariance = new Moments();
  readonly noise: NoiseSums = noNoise();

  /** @param target S. */
  addDevice(target: number, converged: boolean): void {
    this.#targets.add(target);
    this.#sample.add(target);
    if (converged) this.#converged += 1;
  }

  /** Of a device that converged. @param siemens S, finite. */
  addFirst(target: number, siemens: number, ageSeconds: number): void {
    this.#errors.add(siemens - target);
    this.#siemens.add(siemens);
    this.#firstAges.add(ageSeconds);
  }

  /** @param fits conductances are given for the reference time of drift. Devices that are not sound are passed over. */
  addFit(fits: DriftFits, device: number): void {
    const [siemens, error] = [fits.siemens[device]!, fits.nuError[device]!];
    if ((fits.marks[device]! & leftOutBits) !== 0 || !Number.isFinite(error) || !(siemens > 0)) return;
    this.#nu.add(fits.nu[device]!);
    this.#nuVariance.add(error ** 2);
    this.#readingVariance.add(fits.noise[device]! ** 2);
    // The mean logarithm of what is known to a relative error is too low by half its variance.
    const stateVariance = (fits.siemensError[device]! / siemens) ** 2;
    this.#stateVariance.add(stateVariance);
    this.#logState.add(Math.log(siemens) + stateVariance / 2);
  }

  figures(): LevelFigures {
    const noise = noiseAmplitude(this.noise);
    return {
      targetSiemens: this.#targets.mean,
      targets: this.#sample.values(),
      devices: this.#targets.count,
      converged: this.#converged,
      first: this.#errors.count < fewestDevices ? undefined : this.#first(),
      drift: this.#isFitted() ? this.#drift(noise) : undefined,
      noise: this.#isFitted() ? noise : undefined,
    };
  }

  #isFitted(): boolean {
    return this.#nu.count >= fewestDevices && this.#nu.count >= smallestFittedShare * this.#converged;
  }

  #first(): FirstReading {
    return {
      devices: this.#errors.count,
      ageSeconds: this.#firstAges.mean,
      meanSiemens: this.#errors.mean,
      sigmaSiemens: Math.sqrt(this.#errors.variance),
      siemens: this.#siemens.mean,
    };
  }

  /**
   * By how much the variance of exponents is above what their fits say: these take the size of the noise from a median, and are of
   * first order. Noise n adds to the variance of ln(1 + n) a part of 2.5 n^2 to second order; of these fits, of relative residuals,
   * 2 n^2 was measured on synthetic noise up to 0.2.
   */
  #noiseOfFits(noise: Estimate | undefined): number {
    const { weighted, assumed } = this.noise;
    const size = noise === undefined || assumed === 0 ? 1 : weighted / assumed;
    return size * (1 + 2 * this.#readingVariance.mean);
  }

  #drift(noise: Estimate | undefined): LevelDrift {
    const { count, mean, variance } = this.#nu;
    const ofFits = this.#nuVariance.mean * this.#noiseOfFits(noise);
    const spread = Math.sqrt(Math.max(0, variance - ofFits));
    const relative = noise === undefined ? 0 : noise.error / noise.value;
    const varianceError = Math.hypot(variance * Math.sqrt(2 / (count - 1)), 2 * relative * ofFits);
    return {
      devices: count,
      stateSiemens: Math.exp(this.#logState.mean),
      stateSpread: Math.sqrt(Math.max(0, this.#logState.variance - this.#stateVariance.mean)),
      nuMean: { value: mean, error: Math.sqrt(variance / count) },
      // Near 0 the error of the square is what bounds the spread.
      nuSpread: {
        value: spread,
        error: varianceError / (2 * Math.max(spread, Math.sqrt(varianceError) / 2)),
      },
    };
  }
}
