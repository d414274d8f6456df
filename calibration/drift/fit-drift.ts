/** Fits drift to every device of a region: nearly all by what they share, the others one by one. */

import { type AgeBlock, ageBlocks } from "./age-blocks.ts";
import { deviceScale } from "./device-scale.ts";
import { type DriftFits, emptyFits } from "./fits.ts";
import type { FlickerShape } from "./flicker-covariance.ts";
import { fitAlone, keepPower, markEnds } from "./keep-fit.ts";
import { devicesByKind, noKind } from "./kinds.ts";
import { markBit } from "./masks.ts";
import { type DriftModel, powerLaw } from "./models.ts";
import { type KindNoise, noiseOfKind } from "./noise-size.ts";
import { noiseSlope } from "./noise-slope.ts";
import { fitPower, PowerFit, type PowerGls } from "./power-gls.ts";
import { assertReadings, type DriftReadings, isMeasured } from "./readings.ts";
import { outlierDeviations } from "./robust-fit.ts";

export interface DriftOptions {
  /** Age (s) that conductances are given for. */
  readonly referenceSeconds: number;
  /** Its slope is found from the readings when missing. */
  readonly shape: FlickerShape;
  /** Law of each kind; a power law where none is given. */
  readonly models?: readonly (DriftModel | undefined)[];
}

/** Fewer do not tell drift from noise. */
export const fewestReads = 3;

/**
 * Fits a law of drift to every device.
 * @param kinds of each device, 0 to 254 or `noKind`: devices of one kind have about the same noise, such as those with one target.
 * @throws RangeError for fewer than three reads, a device that is read before its last pulse, or arrays of other lengths.
 */
export function fitDrift(readings: DriftReadings, kinds: Uint8Array, options: DriftOptions): DriftFits {
  const { devices, reads } = readings;
  assertReadings(readings);
  if (kinds.length !== devices) throw new RangeError(`${kinds.length} kinds of ${devices} devices`);
  if (reads.length < fewestReads) throw new RangeError(`${reads.length} reads do not tell drift from noise`);
  const fits = emptyFits(devices, options.referenceSeconds);
  const shape = {
    ...options.shape,
    slope: options.shape.slope ?? noiseSlope(readings, kinds, options.shape),
  };
  for (const block of ageBlocks(reads, devices))
    fitBlock(readings, kinds, block, { ...options, shape }, fits);
  return fits;
}

/** Device by device, in the order in which the readings lie in memory. */
function fitBlock(
  readings: DriftReadings,
  kinds: Uint8Array,
  block: AgeBlock,
  { shape, models }: DriftOptions,
  fits: DriftFits,
): void {
  const n = readings.reads.length;
  const fit = new PowerFit(n);
  const shared = devicesByKind(kinds, block).map((devices, kind) => {
    if (devices.length === 0 || kind === noKind) return undefined;
    const noise = noiseOfKind(readings, block, devices, shape);
    return { noise, scale: deviceScale(noise.priorFreedom, n - 2), model: models?.[kind] ?? powerLaw };
  });
  for (let device = block.from; device < block.to; device++) {
    const ofKind = shared[kinds[device]!];
    if (ofKind === undefined) {
      fits.marks[device]! |= markBit.unfitted;
      continue;
    }
    const { noise, scale, model } = ofKind;
    const measured = gather(readings, block, device, noise.gls, fit);
    if (measured < n) markEnds(fit.siemens, device, fits);
    if (!isEnough(measured, n, model)) fits.marks[device]! |= markBit.unfitted;
    else if (measured < n || model !== powerLaw || !fitTogether(noise, fit))
      fitAlone(readings, block, device, noise, model, fits);
    else keepPower(noise, fit, scale, device, fits);
  }
}

/** With more readings at an end of the converter, what is left is a selection of the high ones, or the low ones. */
const smallestShare = 0.9;

const isEnough = (measured: number, reads: number, model: DriftModel): boolean =>
  measured >= smallestShare * reads && measured > model.parameters;

/** False where some readings may not belong. */
function fitTogether({ gls, nu }: KindNoise, fit: PowerFit): boolean {
  fit.nu = nu;
  fitPower(gls, fit);
  return fit.converged && fit.farthest <= outlierDeviations;
}

/** Readings of a device, and ln(age) - centre. Returns how many are not at an end of the converter. */
function gather(
  { siemens: all, devices }: DriftReadings,
  { from, to, steps }: AgeBlock,
  device: number,
  { n, lnAges, centre }: PowerGls,
  { siemens, x }: PowerFit,
): number {
  const later = device - Math.floor((from + to - 1) / 2);
  let measured = 0;
  for (let i = 0; i < n; i++) {
    const value = all[i * devices + device]!;
    if (isMeasured(value)) measured++;
    siemens[i] = value;
    const share = later * steps[i]!;
    x[i] = lnAges[i]! - centre + share * (1 - share * (0.5 - share / 3));
  }
  return measured;
}
