/** Puts the fit of a device into the arrays of all. */

import type { AgeBlock } from "./age-blocks.ts";
import { type DeviceScale, deviceScale } from "./device-scale.ts";
import { deviceSeries } from "./device-series.ts";
import type { DriftFits } from "./fits.ts";
import { markBit } from "./masks.ts";
import { type DriftModel, modelNames } from "./models.ts";
import type { KindNoise } from "./noise-size.ts";
import type { PowerFit } from "./power-gls.ts";
import type { DriftReadings } from "./readings.ts";
import { fitRobust } from "./robust-fit.ts";

export function keepPower(
  { gls, readingDeviation }: KindNoise,
  fit: PowerFit,
  { factor, variance }: DeviceScale,
  device: number,
  fits: DriftFits,
): void {
  const { n, centre, levelVariance, exponentVariance } = gls;
  const size = Math.sqrt(variance(fit.squares));
  const toReference = Math.log(fits.referenceSeconds) - centre;
  const siemens = Math.exp(fit.level - fit.nu * toReference);
  fits.nu[device] = fit.nu;
  fits.nuError[device] = size * Math.sqrt(exponentVariance);
  fits.siemens[device] = siemens;
  fits.siemensError[device] = siemens * size * Math.sqrt(levelVariance + toReference ** 2 * exponentVariance);
  fits.factor[device] = factor;
  fits.noise[device] = size * readingDeviation;
  fits.readings[device] = n;
}

/** The fit of a device that lacks a few readings, has some that do not belong, or follows another law. */
export function fitAlone(
  readings: DriftReadings,
  block: AgeBlock,
  device: number,
  noise: KindNoise,
  model: DriftModel,
  fits: DriftFits,
): void {
  const { lnAges, siemens, measured } = deviceSeries(readings, block, device);
  fits.models[device] = modelNames.indexOf(model.name);
  const x = lnAges.map((ln) => ln - Math.log(fits.referenceSeconds));
  const series = { x, siemens, covariance: noise.covariance, whitener: noise.gls.whitener };
  const fit = fitRobust(model, series, measured, noise.nu);
  const { factor, variance } = deviceScale(noise.priorFreedom, fit.readings - model.parameters);
  const size = Math.sqrt(variance(fit.squares));
  const errorOf = (parameter: number): number =>
    size * Math.sqrt(fit.covariance[parameter * (model.parameters + 1)]!);
  const [level = Number.NaN, nu = Number.NaN, third = Number.NaN] = fit.parameters;
  fits.nu[device] = nu;
  fits.nuError[device] = errorOf(1);
  fits.siemens[device] = Math.exp(level);
  fits.siemensError[device] = Math.exp(level) * errorOf(0);
  fits.third[device] = third;
  if (model.parameters === 3) fits.thirdError[device] = errorOf(2);
  fits.factor[device] = factor;
  fits.noise[device] = size * noise.readingDeviation;
  fits.readings[device] = fit.readings;
  fits.outlierReadings[device] = fit.outliers;
}

/** Marks a device of which some readings (S) are at an end of the converter. */
export function markEnds(siemens: Float64Array, device: number, fits: DriftFits): void {
  const low = siemens.filter((value) => !(value > 0)).length;
  const high = siemens.filter((value) => value === Number.POSITIVE_INFINITY).length;
  const half = siemens.length / 2;
  fits.marks[device]! |=
    markBit.censored | (low >= half ? markBit.dead : 0) | (high >= half ? markBit.saturated : 0);
}
