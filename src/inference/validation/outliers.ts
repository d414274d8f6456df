/** Columns of a layer whose error stands out, and what may be wrong with them. */

import { energyOf, totalEnergy } from "./column-moments.ts";
import { type ComparedMoments, correlationOf } from "./layer-errors.ts";

export interface OutlierChannel {
  readonly column: number;
  /** rms error of the column over the rms of the digital outputs of the layer. */
  readonly error: number;
  /** Of the logarithm of the error among those of the layer's columns. */
  readonly robustZ: number;
  readonly suspicion: string;
}

/** The matrices (rows x columns, row by row) that the products are of. */
export interface ComparedWeights {
  readonly digital: Float32Array;
  readonly chip: Float32Array;
}

/** Iglewicz and Hoaglin (1993): modified z = 0.6745 (x - median) / MAD, an outlier above 3.5. */
const outlierZ = 3.5;
const normalMad = 0.6745;
/** Errors that are nearly alike would make anything stand out: a column counts from twice the median on. */
const leastRatio = 2;
/** Fewer columns have no spread to stand out of. */
const fewestColumns = 4;

/** The worst first. */
export function outlierChannels(moments: ComparedMoments, weights?: ComparedWeights): OutlierChannel[] {
  const columns = moments.error.mean.length;
  if (columns < fewestColumns) return [];
  const level = totalEnergy(moments.digital) / columns;
  const errors = Array.from(moments.error.mean, (_, column) =>
    Math.sqrt(energyOf(moments.error, column) / level),
  );
  const typical = median(errors);
  if (!(level > 0) || typical === 0) return [];
  const logs = errors.map((error) => Math.log(Math.max(error, Number.MIN_VALUE) / typical));
  const centre = median(logs);
  const mad = Math.max(leastMad, median(logs.map((log) => Math.abs(log - centre))));
  return logs
    .flatMap((log, column): OutlierChannel[] => {
      const robustZ = (normalMad * (log - centre)) / mad;
      const error = errors[column]!;
      if (!(robustZ > outlierZ) || error < leastRatio * typical) return [];
      return [{ column, error, robustZ, suspicion: suspicionOf(moments, column, weights) }];
    })
    .sort((a, b) => b.robustZ - a.robustZ);
}

/** Keeps z finite where most errors are equal. */
const leastMad = 0.01;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** A share of the squared error above this says what kind of error it is. */
const mainShare = 0.6;
/** Less than this of the spread that a column should have is none. */
const noSpread = 0.1;
const unrelated = 0.5;

function suspicionOf(moments: ComparedMoments, column: number, weights?: ComparedWeights): string {
  const { digital, chip, error } = moments;
  const [wanted, given] = [digital.squares[column]!, chip.squares[column]!];
  if (wanted > 0 && given < noSpread ** 2 * wanted)
    return "the same output whatever the input: a dead bit line or converter, or devices that hold nothing";
  const byWeights = weights && weightSuspicion(weights, column, digital.mean.length);
  if (byWeights !== undefined) return byWeights;
  const [energy, offset] = [energyOf(error, column), error.mean[column]!];
  if (digital.count * offset ** 2 > mainShare * energy)
    return weights === undefined
      ? `a constant offset of ${signed(offset)}: the converter of the column`
      : `a constant offset of ${signed(offset)}: errors of many weights, under inputs whose mean is not zero`;
  const correlation = correlationOf(wanted, given, error.squares[column]!);
  const gain = correlation * Math.sqrt(given / wanted);
  if ((gain - 1) ** 2 * wanted > mainShare * energy)
    return `a gain of ${gain.toFixed(2)}: the converter of the column, or devices that drift alike`;
  if (correlation < unrelated)
    return `outputs unrelated to what they should be (correlation ${correlation.toFixed(2)}): several stuck devices, or the wrong column`;
  return "several weights are off: devices that did not converge, or a noisy converter";
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(3)}`;

/** What the errors of the weights of the column have in common; undefined when that is nothing. */
function weightSuspicion(weights: ComparedWeights, column: number, columns: number): string | undefined {
  const { worst, energy, sum, count, ww, we } = errorSums(weights, column, columns);
  if (worst.error ** 2 > mainShare * energy)
    return `mostly the weight of row ${worst.row}, off by ${signed(worst.error)}: a stuck device`;
  if (sum ** 2 / count > mainShare * energy)
    return `all weights off by about ${signed(sum / count)}: the offset of the read converter of a bit line`;
  if (ww > 0 && we ** 2 / ww > mainShare * energy)
    return `all weights ${(1 + we / ww).toFixed(2)} times what they should be: the gain of a read converter, or devices that drift alike`;
  return undefined;
}

/** Over the weights w of a column and their errors e. */
function errorSums({ digital, chip }: ComparedWeights, column: number, columns: number) {
  const sums = { energy: 0, sum: 0, ww: 0, we: 0, count: digital.length / columns };
  const worst = { row: 0, error: 0 };
  for (let at = column; at < digital.length; at += columns) {
    const [weight, error] = [digital[at]!, chip[at]! - digital[at]!];
    sums.energy += error ** 2;
    sums.sum += error;
    sums.ww += weight ** 2;
    sums.we += weight * error;
    if (Math.abs(error) > Math.abs(worst.error))
      Object.assign(worst, { row: (at - column) / columns, error });
  }
  return { ...sums, worst };
}
