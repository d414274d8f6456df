/** Error of matrix-vector products as sums that can be added up. */

/** Sums of squares, which add up over columns and blocks. */
export interface ProductErrors {
  /** Of wanted less obtained products, in the units of the wanted ones. */
  readonly errors: number;
  /** Of the wanted products. */
  readonly wanted: number;
}

/**
 * What is left of the errors after the best scale and offset of each column, which the digital periphery of a core applies (FACTS 8.1)
 * and which take out drift that all devices have in common.
 * @param wanted and `obtained`: vectors x columns, vector by vector.
 */
export function productErrors(
  wanted: ArrayLike<number>,
  obtained: ArrayLike<number>,
  columns: number,
): ProductErrors {
  let errors = 0;
  let squares = 0;
  for (let column = 0; column < columns; column++) {
    const { xx, xy, yy, square } = momentsOf(wanted, obtained, column, columns);
    errors += xx > 0 ? Math.max(0, yy - (xy * xy) / xx) : yy;
    squares += square;
  }
  return { errors, wanted: squares };
}

/** Centred moments of a column, x obtained and y wanted, and the plain square of y. */
function momentsOf(wanted: ArrayLike<number>, obtained: ArrayLike<number>, column: number, columns: number) {
  const count = wanted.length / columns;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  let square = 0;
  for (let n = column; n < wanted.length; n += columns) {
    const x = obtained[n]!;
    const y = wanted[n]!;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    square += y * y;
  }
  return {
    xx: sumXX - (sumX * sumX) / count,
    xy: sumXY - (sumX * sumY) / count,
    yy: square - (sumY * sumY) / count,
    square,
  };
}

/** Root mean square of the errors over that of the wanted products. */
export const relativeError = (parts: readonly ProductErrors[]): number =>
  Math.sqrt(
    parts.reduce((sum, { errors }) => sum + errors, 0) / parts.reduce((sum, { wanted }) => sum + wanted, 0),
  );
