/**
 * A dataset as NPZ: a ZIP archive with one array of NumPy's format 1.0 for each column (numpy.lib.format), all of the same length, and
 * beside them `provenance`, a text without dimensions that holds JSON. A missing integer is 0, a missing number NaN, a missing text empty.
 */

import { bytesOf, concatBytes, littleEndianBytes } from "../core/bytes.ts";
import { type Column, cellAt, type Dataset, valuesOf } from "./dataset.ts";
import { cellsOf, groupsOf, numbersOf, rowsOf } from "./gather.ts";
import type { Pause } from "./pause.ts";
import type { WholeFile } from "./whole-file.ts";
import { ZipWriter } from "./zip.ts";

/** One pass over the batches for each column: an archive has its members one after the other. */
export async function writeNpz(
  dataset: Dataset,
  provenance: string,
  file: WholeFile,
  pause: Pause,
): Promise<void> {
  const zip = new ZipWriter(file);
  for (const column of dataset.columns) {
    zip.begin(`${column.name}.npy`);
    if (column.type === "text") await writeText(dataset, column, zip, pause);
    else await writeNumbers(dataset, column.name, column.type, zip, pause);
  }
  zip.begin("provenance.npy");
  const width = lengthOf(provenance);
  zip.write(header(`<U${width}`, "()"));
  zip.write(utf32([provenance], width));
  zip.finish();
}

const numberTypes = { integer: "<i4", float32: "<f4", float64: "<f8" } as const;

async function writeNumbers(
  dataset: Dataset,
  name: string,
  type: keyof typeof numberTypes,
  zip: ZipWriter,
  pause: Pause,
): Promise<void> {
  zip.write(header(numberTypes[type], `(${dataset.rows},)`));
  for (const group of groupsOf(dataset)) {
    zip.write(littleEndianBytes(numbersOf(name, type, group)));
    await pause(rowsOf(group));
  }
}

/** NumPy's texts have one length, in code units of UTF-32: the longest is looked for first. */
async function writeText(dataset: Dataset, { name }: Column, zip: ZipWriter, pause: Pause): Promise<void> {
  let width = 1;
  for (const batch of dataset.batches()) {
    const values = valuesOf(batch, name);
    const rows = "constant" in values ? 1 : batch.rows;
    for (let row = 0; row < rows; row++) width = Math.max(width, lengthOf(textOf(cellAt(values, row))));
  }
  zip.write(header(`<U${width}`, `(${dataset.rows},)`));
  for (const group of groupsOf(dataset)) {
    zip.write(utf32(cellsOf(name, group).map(textOf), width));
    await pause(rowsOf(group));
  }
}

const textOf = (cell: string | number | null): string => (cell === null ? "" : String(cell));

/** In code points. */
const lengthOf = (text: string): number => [...text].length;

function utf32(texts: readonly string[], width: number): Uint8Array {
  const units = new Uint32Array(texts.length * width);
  for (const [row, text] of texts.entries()) {
    let at = row * width;
    for (const character of text) units[at++] = character.codePointAt(0) ?? 0;
  }
  return littleEndianBytes(units);
}

/** The data begin at a multiple of 64 bytes. @param shape as Python writes it. */
function header(type: string, shape: string): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`;
  const preamble = 10;
  const padded = text.padEnd(Math.ceil((preamble + text.length + 1) / 64) * 64 - preamble - 1);
  const length = padded.length + 1;
  return concatBytes([
    bytesOf("\x93NUMPY\x01\x00"),
    Uint8Array.of(length & 0xff, length >> 8),
    bytesOf(`${padded}\n`),
  ]);
}
