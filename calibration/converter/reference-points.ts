/** What repeated readings of the reference resistors say: mean code and noise of every bit line at every resistor. */

import type { Region } from "../../src/chip/region.ts";

/** One reading of some rows of an array of reference resistors at all their bit lines. */
export interface ReferenceReading {
  readonly region: Region;
  /** Conductance of each row of the region (S). */
  readonly rowSiemens: readonly number[];
  readonly readVolts: number;
  readonly averages: number;
  /** Raw sums of codes, row by row. */
  readonly codeSums: Uint16Array;
}

/** Shape of both arrays: references x columns, row by row. NaN where a bit line has no such reference. */
export interface ReferencePoints {
  readonly readVolts: number;
  readonly columns: number;
  /** One for each reference. */
  readonly siemens: readonly number[];
  readonly meanCodes: Float64Array;
  /** Variance of one conversion about the mean of its cell, codes squared. */
  readonly variance: Float64Array;
  /** Conversions behind each mean. */
  readonly conversions: number;
  /** Degrees of freedom of each variance. */
  readonly freedom: number;
}

/**
 * @param readings of one read voltage: every region equally often, with the same averages.
 * @throws RangeError when they are not, or fewer than two of a region.
 */
export function referencePoints(readings: readonly ReferenceReading[], columns: number): ReferencePoints {
  const regions = [...groupedByRegion(readings).values()];
  const [first] = readings;
  const repeats = regions[0]?.length ?? 0;
  const alike = readings.every(
    ({ readVolts, averages }) => readVolts === first?.readVolts && averages === first.averages,
  );
  if (first === undefined || repeats < 2 || !alike || regions.some(({ length }) => length !== repeats))
    throw new RangeError("references need equal readings of one voltage, every region at least twice");
  const siemens = regions.flatMap(([reading]) => reading?.rowSiemens ?? []);
  const meanCodes = new Float64Array(siemens.length * columns).fill(Number.NaN);
  const variance = meanCodes.slice();
  let row = 0;
  for (const group of regions) {
    fillRows(group, { meanCodes, variance, columns, row });
    row += group[0]?.region.rows ?? 0;
  }
  const conversions = repeats * first.averages;
  const { readVolts } = first;
  return { readVolts, columns, siemens, meanCodes, variance, conversions, freedom: repeats - 1 };
}

function groupedByRegion(readings: readonly ReferenceReading[]): Map<string, ReferenceReading[]> {
  const groups = new Map<string, ReferenceReading[]>();
  for (const reading of readings) {
    const key = JSON.stringify(reading.region);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reading]);
    else group.push(reading);
  }
  return groups;
}

interface Rows {
  readonly meanCodes: Float64Array;
  readonly variance: Float64Array;
  readonly columns: number;
  /** The first of them. */
  readonly row: number;
}

/** A sum of A independent conversions varies by A times the variance of one. */
function fillRows(group: readonly ReferenceReading[], { meanCodes, variance, columns, row }: Rows): void {
  const [{ region, averages }] = group as readonly [ReferenceReading];
  const repeats = group.length;
  for (let cell = 0; cell < region.rows * region.columns; cell++) {
    let sum = 0;
    let squares = 0;
    for (const { codeSums } of group) {
      const codes = codeSums[cell]!;
      sum += codes;
      squares += codes * codes;
    }
    const at = (row + Math.floor(cell / region.columns)) * columns + region.column + (cell % region.columns);
    meanCodes[at] = sum / (repeats * averages);
    // Whole numbers below 2^53: the difference is exact.
    variance[at] = (squares - (sum * sum) / repeats) / (repeats - 1) / averages;
  }
}
