/** Products of flat matrices, row by row, as the gradient needs them. */

/** X W in double precision. @param x vectors x rows, codes. @param w rows x columns. @returns vectors x columns. */
export function product(x: Int8Array, w: Float32Array | Float64Array, rows: number): Float64Array {
  const vectors = x.length / rows;
  const columns = w.length / rows;
  assertWhole(vectors, columns);
  const result = new Float64Array(vectors * columns);
  for (let v = 0; v < vectors; v++) {
    const to = v * columns;
    for (let row = 0; row < rows; row++) {
      const input = x[v * rows + row]!;
      if (input === 0) continue;
      const from = row * columns;
      for (let column = 0; column < columns; column++) result[to + column]! += input * w[from + column]!;
    }
  }
  return result;
}

/** X^T Y. @param x vectors x rows, codes. @param y vectors x columns. @returns rows x columns. */
export function transposedProduct(x: Int8Array, y: ArrayLike<number>, rows: number): Float64Array {
  const vectors = x.length / rows;
  const columns = y.length / vectors;
  assertWhole(vectors, columns);
  const result = new Float64Array(rows * columns);
  for (let v = 0; v < vectors; v++) {
    const from = v * columns;
    for (let row = 0; row < rows; row++) {
      const input = x[v * rows + row]!;
      if (input === 0) continue;
      const to = row * columns;
      for (let column = 0; column < columns; column++) result[to + column]! += input * y[from + column]!;
    }
  }
  return result;
}

/** A B. @param a rows x inner. @param b inner x columns. */
export function matrixProduct(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const rows = a.length / inner;
  const columns = b.length / inner;
  assertWhole(rows, columns);
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[row * inner + k]!;
      for (let column = 0; column < columns; column++)
        result[row * columns + column]! += factor * b[k * columns + column]!;
    }
  }
  return result;
}

function assertWhole(...sizes: readonly number[]): void {
  if (!sizes.every((size) => Number.isInteger(size) && size > 0))
    throw new RangeError(`matrices whose sizes do not fit: ${sizes.join(", ")}`);
}
