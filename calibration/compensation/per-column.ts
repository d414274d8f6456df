/** Drift compensation with one factor for each column of a layer (aihwkit PerColumnDriftCompensation; FACTS.md 7.5). */

/**
 * alpha of a column = mean |w| of its rows at the reference time over mean |w| now. As in `gdcScale` both means are taken as at least 1e-4
 * of the largest reference value of the layer, and a column of zeros has nothing to compensate.
 * @param reference weights (any unit), rows x columns, row by row, at the reference time. @param now the same at the time of inference.
 * @throws TypeError when the two differ in size, or are no whole rows.
 */
export function columnScales(reference: Float32Array, now: Float32Array, columns: number): Float32Array {
  if (reference.length !== now.length || reference.length % columns !== 0)
    throw new TypeError(
      `${reference.length} weights at the reference and ${now.length} now in ${columns} columns`,
    );
  const [before, after] = [columnSums(reference, columns), columnSums(now, columns)];
  const rows = reference.length / columns;
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const floor = 1e-4 * largest * rows;
  return before.map((sum, column) =>
    sum === 0 ? 1 : Math.max(sum, floor) / Math.max(after[column] ?? 0, floor),
  );
}

function columnSums(values: Float32Array, columns: number): Float32Array {
  const sums = new Float64Array(columns);
  for (let first = 0; first < values.length; first += columns)
    for (let column = 0; column < columns; column++) sums[column]! += Math.abs(values[first + column]!);
  return Float32Array.from(sums);
}
