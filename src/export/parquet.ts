/** A dataset as Parquet: GZIP pages by Node's zlib, the provenance as key-value metadata of the file. */

import { gzipSync } from "node:zlib";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { type Batch, type Column, type Dataset, valuesOf } from "./dataset.ts";
import { cellsOf, groupsOf, numbersOf, rowsOf } from "./gather.ts";
import type { Pause } from "./pause.ts";
import type { WholeFile } from "./whole-file.ts";

const parquetTypes = { integer: "INT32", float32: "FLOAT", float64: "DOUBLE", text: "STRING" } as const;

/** A column of a row group is a megabyte at most, which is a page. */
const wholeColumn = 0;

/** Codes compress by half; more effort gains a few per cent and takes three times as long. */
const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 1 });

export async function writeParquet(
  dataset: Dataset,
  provenance: string,
  file: WholeFile,
  pause: Pause,
): Promise<void> {
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: dataset.columns.map((one) => source(one, [])) }),
    codec: "GZIP",
    compressors: { GZIP: gzip },
    kvMetadata: [{ key: "pcmlab", value: provenance }],
    createdBy: "pcmlab",
  });
  for (const group of groupsOf(dataset)) {
    const columnData = dataset.columns.map((one) => source(one, group));
    const rows = rowsOf(group);
    await parquet.write({ columnData, rowGroupSize: rows, pageSize: wholeColumn });
    drain(bytes, file);
    await pause(rows);
  }
  await parquet.finish();
  drain(bytes, file);
}

/** What was encoded goes to the disk, and its room is used again. */
function drain(bytes: ByteWriter, file: WholeFile): void {
  file.write(bytes.getBytes());
  bytes.index = 0;
}

/**
 * Required numbers are written as they are; where a value may be missing it is null. A dictionary of numbers that differ from device to
 * device takes long and gains nothing.
 */
function source({ name, type, optional, selects }: Column, group: readonly Batch[]) {
  const data = type === "text" || optional ? cellsOf(name, group) : numbersOf(name, type, group);
  const varied = type.startsWith("float") && group.some((batch) => !("constant" in valuesOf(batch, name)));
  return {
    ...{ name, type: parquetTypes[type], nullable: optional, data, statistics: selects },
    ...(varied && { encoding: "PLAIN" as const }),
  };
}
