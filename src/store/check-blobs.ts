/**
 * Every checksum of a store: in any table with a column `crc32` it is that of the BLOBs of the row, in the order of the columns, those
 * that are null left out. This needs no knowledge of the schema, so stores of older versions are checked alike.
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import { textOf } from "../core/errors.ts";
import { checksum, checksumText } from "./blob.ts";
import { Calibrations } from "./calibrations.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { Connection } from "./connection.ts";
import { readoutId, tileId } from "./identity.ts";
import { Readouts } from "./readouts.ts";

export interface Damage {
  readonly table: string;
  /** The row, by the columns that name it. */
  readonly row: string;
  readonly problem: string;
}

export interface Tally {
  readonly total: number;
  readonly good: number;
}

export interface CheckedBlobs {
  readonly blobs: Tally;
  /** By table; what belongs to a readout counts with it. */
  readonly things: Readonly<Record<string, Tally>>;
  readonly damages: readonly Damage[];
}

/** Their checksums are not of a row alone, and are verified as those who read them do it. */
const withOwnWay = ["readout_bands", "checkpoints", "checkpoint_patches"];

const tableRow = z.object({ name: z.string(), key: z.string() });

export function checkBlobs(connection: Connection): CheckedBlobs {
  const tables = connection.all(tableRow, tablesSql).filter(({ name }) => !withOwnWay.includes(name));
  const rows = [
    ...tables.flatMap(({ name, key }) => checkTable(connection, name, key)),
    ...checkNetworks(connection),
    ...checkReadouts(connection),
    ...checkCheckpoints(connection),
  ];
  const found = rows.filter(({ row }) => row !== everyRow);
  return {
    blobs: tally(found),
    things: Object.fromEntries(
      [...new Set(found.map(({ table }) => table))].map((name) => [
        name,
        tally(found.filter(({ table }) => table === name)),
      ]),
    ),
    damages: rows.flatMap(({ problem, ...where }) => (problem === undefined ? [] : [{ ...where, problem }])),
  };
}

interface CheckedRow {
  readonly table: string;
  readonly row: string;
  readonly problem: string | undefined;
}

/** Of a table that cannot even be listed. */
const everyRow = "every row";

/** The first column of the primary key names a row. */
const tablesSql = `
  SELECT t.name, (SELECT name FROM pragma_table_info(t.name) WHERE pk = 1) AS key
  FROM sqlite_schema t
  WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'crc32')
    AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE pk = 1)
  ORDER BY t.name`;

const blobRow = z.looseObject({ crc32: z.number() });
const keyRow = z.object({ row: z.number(), key: z.number() });

function checkTable(connection: Connection, table: string, key: string): CheckedRow[] {
  const rowSql = `SELECT * FROM "${table}" WHERE rowid = @row`;
  return eachRow(
    table,
    () => connection.all(keyRow, `SELECT rowid AS row, "${key}" AS key FROM "${table}"`),
    (found) => `${key} ${found.key}`,
    ({ row }) => problemOf(connection.first(blobRow, rowSql, { row })),
  );
}

function problemOf(row: z.infer<typeof blobRow> | undefined): string | undefined {
  if (row === undefined) return "the row is in an index, but not in the table";
  const blobs = Object.values(row).filter((value) => value instanceof Uint8Array);
  const actual = checksum(...blobs);
  if (actual === row.crc32) return undefined;
  return `its checksum is ${checksumText(actual)} instead of ${checksumText(row.crc32)}`;
}

const networkRow = z.object({ onnx: z.instanceof(Uint8Array), sha256: z.string() });

const checkNetworks = (connection: Connection): CheckedRow[] =>
  eachRow(
    "networks",
    () => connection.all(idRow, "SELECT id FROM networks"),
    ({ id }) => `id ${id}`,
    ({ id }) => {
      const network = connection.first(networkRow, "SELECT onnx, sha256 FROM networks WHERE id = @id", {
        id,
      });
      const hash = createHash("sha256").update(network?.onnx ?? "");
      return hash.digest("hex") === network?.sha256 ? undefined : "its SHA-256 does not fit";
    },
  );

function checkReadouts(connection: Connection): CheckedRow[] {
  if (!hasTable(connection, "readout_bands")) return [];
  const readouts = new Readouts(connection, new Calibrations(connection));
  return eachRow(
    "readouts",
    () => connection.all(idRow, "SELECT id FROM readouts ORDER BY id"),
    ({ id }) => `id ${id}`,
    ({ id }) => void readouts.codeSums(readoutId(id)),
  );
}

/** A checkpoint is what its patches make of it. */
function checkCheckpoints(connection: Connection): CheckedRow[] {
  if (!hasTable(connection, "checkpoint_patches")) return [];
  const checkpoints = new Checkpoints(connection);
  return eachRow(
    "checkpoints",
    () => connection.all(idRow, "SELECT DISTINCT tile_id AS id FROM checkpoints"),
    ({ id }) => `of tile ${id}`,
    ({ id }) => void checkpoints.of(tileId(id)),
  );
}

const idRow = z.object({ id: z.number() });

const nameRow = z.object({ name: z.string() });

const hasTable = (connection: Connection, table: string): boolean =>
  connection.first(nameRow, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = @table", {
    table,
  }) !== undefined;

/** @param problemOf says what is wrong, or fails. */
function eachRow<Row>(
  table: string,
  list: () => Row[],
  nameOf: (row: Row) => string,
  problemOf: (row: Row) => string | undefined,
): CheckedRow[] {
  const rows = attempt(list);
  if (typeof rows === "string") return [{ table, row: everyRow, problem: rows }];
  return rows.map((row) => ({ table, row: nameOf(row), problem: attempt(() => problemOf(row)) }));
}

/** In words, what made it fail: in a damaged file that may be anything, such as a row that is not where another one says. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (thrown) {
    return textOf(thrown);
  }
}

const tally = (rows: readonly CheckedRow[]): Tally => ({
  total: rows.length,
  good: rows.filter(({ problem }) => problem === undefined).length,
});
