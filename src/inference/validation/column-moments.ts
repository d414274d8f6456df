/** Mean and squared deviations of the columns of a layer, batch by batch. */

/** One element a column. */
export interface ColumnMoments {
  /** Values of each column. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Sum of the squared deviations from the mean. */
  readonly squares: Float64Array;
}

export const noMoments = (columns: number): ColumnMoments => ({
  count: 0,
  mean: new Float64Array(columns),
  squares: new Float64Array(columns),
});

/** Of one batch of `count` values a column, from its means and biased variances. */
export const batchMoments = (
  count: number,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
): ColumnMoments => ({
  count,
  mean: Float64Array.from(mean),
  squares: Float64Array.from(variance, (value) => count * value),
});

/** Chan, Golub and LeVeque, The American Statistician 37:242 (1983), eq. 2.1: safe where a mean is large against its spread. */
export function joinedMoments(a: ColumnMoments, b: ColumnMoments): ColumnMoments {
  const count = a.count + b.count;
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a;
  const share = b.count / count;
  return {
    count,
    mean: a.mean.map((mean, column) => mean + share * (b.mean[column]! - mean)),
    squares: a.squares.map(
      (squares, column) =>
        squares + b.squares[column]! + a.count * share * (b.mean[column]! - a.mean[column]!) ** 2,
    ),
  };
}

/** Sum of the squares of a column themselves. */
export const energyOf = ({ count, mean, squares }: ColumnMoments, column: number): number =>
  squares[column]! + count * mean[column]! ** 2;

/** Of all columns together. */
export const totalEnergy = (moments: ColumnMoments): number =>
  moments.squares.reduce((sum, _, column) => sum + energyOf(moments, column), 0);

/** Of all columns together, their deviations from the mean of all of them. */
export function totalSquares({ count, mean, squares }: ColumnMoments): number {
  const centre = mean.reduce((sum, value) => sum + value, 0) / mean.length;
  return squares.reduce((sum, value, column) => sum + value + count * (mean[column]! - centre) ** 2, 0);
}
