/** From programmed and read blocks to the figures of a comparison. */

import { devicePlaces, netSiemens } from "../../../calibration/program-verify/device-order.ts";
import { cellOutcomes } from "../../chip/outcome.ts";
import { deviceCountOf } from "../../chip/weight-block.ts";
import { relativeError } from "../../inference/product-errors.ts";
import { type LevelError, levelOf, Moments } from "../../report/statistics/level-errors.ts";
import type {
  AgeErrors,
  ComparedLevel,
  ProgrammingEffort,
} from "../../report/statistics/programming-comparison.ts";
import { quantile } from "../../report/statistics/quantile.ts";
import { Tally } from "../actions/program-summary.ts";
import type { BlockReading, ContestBlock } from "./contest.ts";

/** @param zeroSiemens targets of devices up to this are the zero level. */
export function effortOf(blocks: readonly ContestBlock[], zeroSiemens: number): ProgrammingEffort {
  const tally = new Tally(zeroSiemens);
  let mostPulsesOfADevice = 0;
  for (const { programming } of blocks) {
    tally.add(programming);
    for (const pulses of programming.pulses) mostPulsesOfADevice = Math.max(mostPulsesOfADevice, pulses);
  }
  const joules = blocks.map(({ meter }) => meter.joules);
  return {
    devices: blocks.reduce((sum, { block }) => sum + deviceCountOf(block), 0),
    ...tally.summary(),
    mostPulsesOfADevice,
    energyUpToJoules: joules.includes(undefined)
      ? null
      : joules.reduce<number>((sum, own = 0) => sum + own, 0),
  };
}

/** @param largestSiemens net conductance of the largest weights. Undefined when some block was not read at that age. */
export function errorsAt(
  blocks: readonly ContestBlock[],
  ageSeconds: number,
  largestSiemens: number,
): AgeErrors | undefined {
  const read = blocks
    .map(({ readings }) => readings.get(ageSeconds))
    .filter((reading) => reading !== undefined);
  if (read.length === 0 || read.length < blocks.length) return undefined;
  const every = new Moments();
  const good = new Moments();
  for (const [index, block] of blocks.entries()) addErrors(block, read[index]!, largestSiemens, every, good);
  const all = every.levels().map(withError);
  const converged = good.levels().map(withError);
  return {
    ageSeconds,
    oldestSeconds: Math.max(...read.map((reading) => reading.ageSeconds)),
    all,
    converged,
    medianErrorSiemens: medianError(converged),
    medianErrorOfAllSiemens: medianError(all),
    mvmError: relativeError(read.flatMap(({ products }) => products ?? [])),
  };
}

const convergedCode = cellOutcomes.indexOf("converged");

/** An error is positive when it leads away from zero. */
function addErrors(
  { block, net, programming }: ContestBlock,
  { siemens }: BlockReading,
  largestSiemens: number,
  every: Moments,
  good: Moments,
): void {
  const measured = netSiemens(block, siemens);
  const place = devicePlaces(block);
  const devices = Array.from({ length: block.devicesPerWeight }, (_, device) => device);
  for (const [weight, target] of net.entries()) {
    const level = levelOf(Math.abs(target), largestSiemens);
    const error = (target < 0 ? -1 : 1) * (measured[weight]! - target);
    every.add(level, error);
    if (devices.every((device) => programming.outcomes[place(weight, device)] === convergedCode))
      good.add(level, error);
  }
}

const withError = (level: LevelError): ComparedLevel => {
  const { devices, meanSiemens, sigmaSiemens } = level;
  return {
    ...level,
    errorSiemens: Math.hypot(meanSiemens, sigmaSiemens * Math.sqrt((devices - 1) / devices)),
  };
};

const medianError = (levels: readonly ComparedLevel[]): number =>
  quantile(Float64Array.from(levels, ({ errorSiemens }) => errorSiemens).sort(), 0.5);
