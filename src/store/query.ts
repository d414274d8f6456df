/** A query of the user's own: read-only, bounded, and with table-valued functions that make rows of what a store holds as BLOBs. */

import Database from "better-sqlite3";
import { LabError, textOf } from "../core/errors.ts";
import { storeFailure } from "./failure.ts";
import { openStore } from "./store.ts";
import { cellsTable, traceTable } from "./virtual-tables.ts";

export type Value = number | string | null;

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** There are more rows than were asked for. */
  readonly more: boolean;
}

/** @throws LabError STORE for a file that cannot be read, USAGE for SQL that is wrong or does not only read. */
export function queryStore(path: string, sql: string, mostRows: number): QueryResult {
  // The functions read through a connection of their own: SQLite's is busy while it runs the query.
  const store = openStore(path, { mode: "read" });
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    database.table("cells", cellsTable(store));
    database.table("trace", traceTable(store));
    return taken(database, sql, mostRows);
  } catch (failure) {
    throw asLabError(path, failure);
  } finally {
    database.close();
    store.close();
  }
}

function taken(database: Database.Database, sql: string, mostRows: number): QueryResult {
  const statement = database.prepare<[], unknown[]>(sql);
  if (!statement.reader || !statement.readonly) throw notReading();
  const rows: Value[][] = [];
  for (const row of statement.raw().iterate()) {
    if (rows.length === mostRows) return { columns: namesOf(statement), rows, more: true };
    rows.push(row.map(shown));
  }
  return { columns: namesOf(statement), rows, more: false };
}

const namesOf = (statement: Database.Statement<[], unknown[]>): string[] =>
  statement.columns().map(({ name }) => name);

/** A BLOB says little to people, and its length enough. */
function shown(value: unknown): Value {
  if (value instanceof Uint8Array) return `BLOB of ${value.length} bytes`;
  return typeof value === "number" || typeof value === "string" ? value : null;
}

const notReading = (): LabError =>
  new LabError("USAGE", "the query does not only read", {
    next: "give one SELECT; the tables are in docs/reference/store.md",
  });

/** What SQLite says of a wrong query is about the words of the user. */
function asLabError(path: string, failure: unknown): unknown {
  const known = storeFailure(path, failure);
  if (known instanceof LabError) return known;
  const wrong = failure instanceof Database.SqliteError || failure instanceof RangeError;
  if (!wrong) return failure;
  return new LabError("USAGE", `the query failed: ${textOf(failure)}`, {
    next: "check it against the tables in docs/reference/store.md",
    cause: failure,
  });
}
