/** Batches that are written together, and the values of one column of them, one after the other. */

import {
  type Batch,
  batchRows,
  type Cell,
  type ColumnType,
  cellAt,
  type Dataset,
  type Values,
  valuesOf,
} from "./dataset.ts";

type NumberType = Exclude<ColumnType, "text">;

export const rowsOf = (batches: readonly Batch[]): number => batches.reduce((sum, { rows }) => sum + rows, 0);

/**
 * The batches in groups of up to `batchRows` rows: a store of many small tiles has thousands of batches, and what a writer does
 * once for each (compressing, a turn for others) would take longer than the rows themselves.
 */
export function* groupsOf(dataset: Dataset): Generator<Batch[]> {
  let group: Batch[] = [];
  for (const batch of dataset.batches()) {
    if (group.length > 0 && rowsOf(group) + batch.rows > batchRows) {
      yield group;
      group = [];
    }
    group.push(batch);
  }
  if (group.length > 0) yield group;
}

/** Without a value: 0 for an integer, NaN for the others. */
export function numbersOf(name: string, type: NumberType, batches: readonly Batch[]) {
  const numbers = new { integer: Int32Array, float32: Float32Array, float64: Float64Array }[type](
    rowsOf(batches),
  );
  let at = 0;
  for (const batch of batches) {
    const values = valuesOf(batch, name);
    if (isNumbers(values)) numbers.set(values, at);
    else if ("constant" in values) numbers.fill(numberOf(values.constant), at, at + batch.rows);
    else numbers.set(values.map(numberOf), at);
    at += batch.rows;
  }
  return numbers;
}

export function cellsOf(name: string, batches: readonly Batch[]): Cell[] {
  const cells = new Array<Cell>(rowsOf(batches));
  let at = 0;
  for (const batch of batches) {
    const values = valuesOf(batch, name);
    if ("constant" in values) cells.fill(cellAt(values, 0), at, at + batch.rows);
    else for (let row = 0; row < batch.rows; row++) cells[at + row] = cellAt(values, row);
    at += batch.rows;
  }
  return cells;
}

const isNumbers = (values: Values) => ArrayBuffer.isView(values);

const numberOf = (cell: Cell): number => (typeof cell === "number" ? cell : Number.NaN);
