/** Cholesky factors of small covariances, flat and row by row. */

/**
 * The lower factor L of C = L L' for the rows and columns of C that are kept, into the k x k elements of `factor`.
 * @param covariance n x n. @param kept numbers of the rows that count, k of them.
 * @throws RangeError when C is not positive definite.
 */
function factorize(covariance: Float64Array, n: number, kept: Uint16Array, factor: Float64Array): void {
  const k = kept.length;
  for (let i = 0; i < k; i++) {
    const row = kept[i]! * n;
    for (let j = 0; j <= i; j++) {
      let sum = covariance[row + kept[j]!]!;
      for (let m = 0; m < j; m++) sum -= factor[i * k + m]! * factor[j * k + m]!;
      if (i !== j) factor[i * k + j] = sum / factor[j * k + j]!;
      else if (sum > 0) factor[i * k + i] = Math.sqrt(sum);
      else throw new RangeError(`a covariance that is not positive definite at row ${kept[i]}`);
    }
  }
}

/** L^-1 of the factor L over the kept rows of a covariance, k x k and lower. @throws RangeError when it is not positive definite. */
export function whitenerOf(covariance: Float64Array, n: number, kept: Uint16Array): Float64Array {
  const k = kept.length;
  const factor = new Float64Array(k * k);
  factorize(covariance, n, kept, factor);
  const result = new Float64Array(k * k);
  for (let column = 0; column < k; column++) {
    for (let i = column; i < k; i++) {
      let sum = i === column ? 1 : 0;
      for (let m = column; m < i; m++) sum -= factor[i * k + m]! * result[m * k + column]!;
      result[i * k + column] = sum / factor[i * k + i]!;
    }
  }
  return result;
}

/** 0, 1, ... n - 1: all rows kept. */
export const allOf = (n: number): Uint16Array => Uint16Array.from({ length: n }, (_, i) => i);

/** The inverse L^-T L^-1 of a symmetric positive definite matrix, n x n. @throws RangeError for one that is not. */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const whitener = whitenerOf(matrix, n, allOf(n));
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let m = Math.max(i, j); m < n; m++) sum += whitener[m * n + i]! * whitener[m * n + j]!;
      result[i * n + j] = sum;
    }
  return result;
}
