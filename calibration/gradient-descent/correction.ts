/**
 * The correction unit: scale and offset of each column that turn output codes into sums of conductances. It is adapted in every
 * iteration together with the conductances, as claimed in US 12,417,124 (FACTS 8.3 a), because gain and offset of a converter are
 * no errors of weights.
 *
 * What it can hide is one number a column: a factor that all weights of the column have in common, to which a gain of the converter
 * looks the same. Three things keep it from hiding more, and that one from growing.
 * - The codes are fitted to the expected sums and not the other way round: noise and errors of single weights leave such a scale right
 *   on average, while the other fit would shrink it with every error and ask the devices for ever more conductance.
 * - After the first iteration, or from a correction that was measured otherwise, the scale follows its fit only slowly. What pulses
 *   do to a whole column is faster, stays an error, and is taken back by the pulses that follow.
 * - It stays within bounds. What is beyond them stays an error that the descent works on and reports.
 */

export interface ColumnCorrection {
  /** Of the converter relative to the descriptor, one for each column. */
  readonly scale: Float64Array;
  readonly offsetCodes: Float64Array;
}

export interface Adaptation {
  /** Part of the way from the scale before to the fitted one; the first scale is the fitted one. */
  readonly adaptation: number;
  /** Largest deviation of a scale from 1, and of an offset from 0. */
  readonly maxScaleChange: number;
  readonly maxOffsetCodes: number;
}

/**
 * Least squares of codes = scale x expected + offset in each column, from the correction before on.
 * @param codes vectors x columns. @param expectedCodes what an ideal converter would give, not rounded, vectors x columns.
 * @returns the correction and the number of columns that its bounds hold back.
 */
export function adaptCorrection(
  before: ColumnCorrection | undefined,
  codes: Int16Array,
  expectedCodes: Float64Array,
  columns: number,
  { adaptation, maxScaleChange, maxOffsetCodes }: Adaptation,
): ColumnCorrection & { readonly boundedColumns: number } {
  const scale = new Float64Array(columns);
  const offsetCodes = new Float64Array(columns);
  let boundedColumns = 0;
  for (let column = 0; column < columns; column++) {
    const line = lineOf(codes, expectedCodes, column, columns);
    const from = before?.scale[column] ?? line.slope;
    const wanted = from + adaptation * (line.slope - from);
    scale[column] = 1 + within(wanted - 1, maxScaleChange);
    const offset = line.meanCode - scale[column]! * line.meanExpected;
    offsetCodes[column] = within(offset, maxOffsetCodes);
    if (Math.abs(scale[column]! - wanted) + Math.abs(offsetCodes[column]! - offset) > rounding)
      boundedColumns++;
  }
  return { scale, offsetCodes, boundedColumns };
}

const rounding = 1e-9;

/** Errors of corrected sums against expected ones, in codes of an ideal converter: (code - offset) / scale - expected. */
export function correctedErrors(
  codes: Int16Array,
  expectedCodes: Float64Array,
  { scale, offsetCodes }: ColumnCorrection,
): Float64Array {
  const columns = scale.length;
  const errors = new Float64Array(codes.length);
  for (let n = 0, column = 0; n < codes.length; n++) {
    errors[n] = (codes[n]! - offsetCodes[column]!) / scale[column]! - expectedCodes[n]!;
    column = column + 1 === columns ? 0 : column + 1;
  }
  return errors;
}

const within = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value));

function lineOf(codes: Int16Array, expected: Float64Array, column: number, columns: number) {
  const count = codes.length / columns;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let n = column; n < codes.length; n += columns) {
    const x = expected[n]!;
    const y = codes[n]!;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  const spread = sumXX - (sumX * sumX) / count;
  // A column that is meant to give nothing says nothing about its scale.
  const slope = spread > 0 ? (sumXY - (sumX * sumY) / count) / spread : 1;
  const meanCode = sumY / count;
  const meanExpected = sumX / count;
  return { slope, meanCode, meanExpected };
}
