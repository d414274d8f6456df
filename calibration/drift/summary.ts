/** What the fits of one level say together. */

import type { DriftFits } from "./fits.ts";
import { type DeviceMark, deviceMarks, leftOutBits, markBit } from "./masks.ts";
import { Moments } from "./moments.ts";
import { normal95, student95 } from "./student.ts";

export interface DriftSummary {
  readonly devices: number;
  /** Those whose fits count below: sound ones. */
  readonly fitted: number;
  readonly marked: Readonly<Record<DeviceMark, number>>;
  /** Mean exponent, and half of its 95 % interval. */
  readonly nuMean: number;
  readonly nuMeanHalfWidth: number;
  /** Standard deviation of the exponents from device to device, without what the noise of the fits adds. */
  readonly nuSpread: number;
  /** Rms standard error of the exponent of one device. */
  readonly nuError: number;
  /** Mean and standard deviation over the devices of the conductance at the reference age (S). */
  readonly siemensMean: number;
  readonly siemensSpread: number;
  /** Rms of readings around their fits, relative to the conductance. */
  readonly noise: number;
  /** Mean of the third parameter; NaN for a power law. */
  readonly thirdMean: number;
  /** Readings that belonged to no fit. */
  readonly outlierReadings: number;
}

/** Takes in the fits of a level part by part. */
export class LevelSummary {
  #devices = 0;
  #outlierReadings = 0;
  readonly #marked = new Map<DeviceMark, number>(deviceMarks.map((mark) => [mark, 0]));
  readonly #nu = new Moments();
  readonly #nuVariance = new Moments();
  readonly #siemens = new Moments();
  readonly #noiseVariance = new Moments();
  readonly #third = new Moments();

  /** @param devices numbers of those of the level. */
  add(fits: DriftFits, devices: Iterable<number>): void {
    for (const device of devices) {
      const marks = fits.marks[device]!;
      this.#devices += 1;
      this.#outlierReadings += fits.outlierReadings[device]!;
      for (const mark of deviceMarks)
        if ((marks & markBit[mark]) !== 0) this.#marked.set(mark, (this.#marked.get(mark) ?? 0) + 1);
      if ((marks & leftOutBits) !== 0 || !Number.isFinite(fits.nuError[device]!)) continue;
      this.#nu.add(fits.nu[device]!);
      this.#nuVariance.add(fits.nuError[device]! ** 2);
      this.#siemens.add(fits.siemens[device]!);
      this.#noiseVariance.add(fits.noise[device]! ** 2);
      this.#third.add(fits.third[device]!);
    }
  }

  summary(): DriftSummary {
    const count = (mark: DeviceMark): number => this.#marked.get(mark) ?? 0;
    const { count: fitted, mean, variance } = this.#nu;
    return {
      devices: this.#devices,
      fitted,
      marked: {
        outlier: count("outlier"),
        stuck: count("stuck"),
        saturated: count("saturated"),
        dead: count("dead"),
        censored: count("censored"),
        unfitted: count("unfitted"),
      },
      nuMean: mean,
      nuMeanHalfWidth: (fitted > 300 ? normal95 : student95(fitted - 1)) * Math.sqrt(variance / fitted),
      nuSpread: Math.sqrt(Math.max(0, variance - this.#nuVariance.mean)),
      nuError: Math.sqrt(this.#nuVariance.mean),
      siemensMean: this.#siemens.mean,
      siemensSpread: Math.sqrt(this.#siemens.variance),
      noise: Math.sqrt(this.#noiseVariance.mean),
      thirdMean: this.#third.mean,
      outlierReadings: this.#outlierReadings,
    };
  }
}
