/** A dataset as CSV (RFC 4180, UTF-8, lines that end in a line feed); a missing value is empty. */

import { type Batch, type Cell, type Column, cellAt, type Dataset, valuesOf } from "./dataset.ts";
import { groupsOf, rowsOf } from "./gather.ts";
import type { Pause } from "./pause.ts";
import type { WholeFile } from "./whole-file.ts";

/** Lines that are made into bytes at a time. */
const linesAtATime = 1 << 13;

export async function writeCsv(dataset: Dataset, file: WholeFile, pause: Pause): Promise<void> {
  const encoder = new TextEncoder();
  file.write(encoder.encode(`${dataset.columns.map(({ name }) => name).join(",")}\n`));
  for (const group of groupsOf(dataset)) {
    for (const batch of group)
      for (const lines of linesOf(dataset.columns, batch)) file.write(encoder.encode(lines));
    await pause(rowsOf(group));
  }
}

function* linesOf(columns: readonly Column[], batch: Batch): Generator<string> {
  const texts = columns.map((column) => textsOf(column, batch));
  for (let first = 0; first < batch.rows; first += linesAtATime) {
    let lines = "";
    const end = Math.min(batch.rows, first + linesAtATime);
    for (let row = first; row < end; row++) lines += `${texts.map((textAt) => textAt(row)).join(",")}\n`;
    yield lines;
  }
}

function textsOf({ name, type }: Column, batch: Batch): (row: number) => string {
  const values = valuesOf(batch, name);
  const show = type === "float32" ? shortFloat : shown;
  if (!("constant" in values)) return (row) => show(cellAt(values, row));
  const text = show(cellAt(values, 0));
  return () => text;
}

/** Nine digits give a number of 32 bits back as it was. */
const shortFloat = (cell: Cell): string =>
  typeof cell === "number" ? String(Number(cell.toPrecision(9))) : shown(cell);

function shown(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
