/** Exports as other programs read them: DuckDB for Parquet and CSV, NumPy for NPZ. */

import { DuckDBInstance } from "@duckdb/node-api";
import { python } from "../system/python.ts";

export type Row = Readonly<Record<string, unknown>>;

/** Rows in the order of the file. */
export async function withDuckDb(path: string): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(`SELECT * FROM '${path}'`);
  const rows = reader.getRowObjectsJS();
  connection.closeSync();
  return rows;
}

/** The key-value metadata of a Parquet file, by key. */
export async function metadataOf(path: string): Promise<Map<string, string>> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(`
    SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${path}')`);
  const rows = reader.getRowObjectsJS();
  connection.closeSync();
  return new Map(rows.map(({ key, value }) => [String(key), String(value)]));
}

export interface Npz {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly types: Readonly<Record<string, string>>;
  readonly provenance: unknown;
}

/** The whole archive; its checksums are verified as well. NaN is null. */
export async function withNumPy(interpreter: string, path: string): Promise<Npz> {
  const program = `
import json, sys, zipfile, numpy as np
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
table = np.load(sys.argv[1])
names = [name for name in table.files if name != "provenance"]
columns = {name: table[name].tolist() for name in names}
print(json.dumps({"columns": columns, "types": {name: str(table[name].dtype) for name in names},
  "provenance": json.loads(str(table["provenance"]))}).replace("NaN", "null"))`;
  return JSON.parse(await python(interpreter, ["-c", program, path]));
}
