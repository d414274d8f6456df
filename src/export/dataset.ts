/** A table as it is exported: named columns with units, and its rows in batches that fit into memory. */

export type Cell = number | string | null;

export type ColumnType = "integer" | "float32" | "float64" | "text";

export interface Column {
  /** With its unit last, as in `age_s`. */
  readonly name: string;
  readonly type: ColumnType;
  readonly about: string;
  /** Whether a row may have no value; NaN counts as none. */
  readonly optional: boolean;
  /** Whether readers choose rows by it, so that it pays to write down its range for each group of rows. */
  readonly selects: boolean;
}

export type Numbers = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

/** The values of the rows of a batch, or the one that they all have. */
export type Values = Numbers | readonly Cell[] | { readonly constant: Cell };

export interface Batch {
  readonly rows: number;
  /** By the name of the column. Each is made when it is asked for. */
  readonly columns: Readonly<Record<string, () => Values>>;
}

export interface Dataset {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** From the beginning each time. Every batch is let go before the next is made. */
  batches(): Iterable<Batch>;
}

/** Rows of a batch: a few megabytes, whatever the columns. */
export const batchRows = 1 << 17;

export const column = (name: string, type: ColumnType, about: string): Column => ({
  name,
  type,
  about,
  optional: false,
  selects: false,
});

export const optional = (name: string, type: ColumnType, about: string): Column => ({
  name,
  type,
  about,
  optional: true,
  selects: false,
});

export const selecting = (one: Column): Column => ({ ...one, selects: true });

/** @throws RangeError when the batch does not have the column: a mistake in the dataset. */
export function valuesOf(batch: Batch, name: string): Values {
  const make = batch.columns[name];
  if (make === undefined) throw new RangeError(`the batch has no column ${name}`);
  return make();
}

/** Each row's value in turn; undefined values and NaN are null. */
export function cellAt(values: Values, row: number): Cell {
  const cell = "constant" in values ? values.constant : values[row];
  return cell === undefined || Number.isNaN(cell) ? null : cell;
}

export const constant = (value: Cell): (() => Values) => {
  const values = { constant: value };
  return () => values;
};

/** Makes the value when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** A dataset of so few rows that they are all there. */
export function smallDataset(
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, Cell>>[],
): Dataset {
  const makers = columns.map(({ name }) => [name, () => rows.map((row) => row[name] ?? null)] as const);
  const batch = { rows: rows.length, columns: Object.fromEntries(makers) };
  return { columns, rows: rows.length, batches: () => (rows.length === 0 ? [] : [batch]) };
}
