/** Reads and writes the tables of a wear ledger. */

import { z } from "zod";
import { countNonZero, packBits, unpackBits } from "../../core/bytes.ts";
import { assertChecksum, blobOf, checksum, uint32From } from "../blob.ts";
import type { Connection } from "../connection.ts";
import { blobColumn, countColumn, valueRow } from "../identity.ts";
import type { CellCounts } from "./cell-counts.ts";
import type { Claim } from "./claim.ts";

/** What has been counted. */
export interface Counted {
  /** Pulses that the cells have felt or may have felt. */
  readonly pulses: CellCounts;
  /** Those among them of which nobody knows. */
  readonly unknown: CellCounts;
}

export interface StoredIntent {
  readonly claim: Claim;
  /** Null when nobody has said what became of it. */
  readonly fate: "applied" | "unknown" | null;
}

/** Adds the word lines that are stored to the counts. @throws LabError STORE when one is damaged. */
export function readWear(connection: Connection, counted: Counted): void {
  for (const row of connection.all(wearRow, "SELECT * FROM wear")) {
    const { pulses, unknown } = row;
    const what = `word line ${row.row} of array ${row.array_index} in ${connection.path}`;
    assertChecksum(what, row.crc32, pulses, unknown ?? new Uint8Array());
    counted.pulses.setRow(row.array_index, row.row, uint32From(pulses));
    if (unknown !== null) counted.unknown.setRow(row.array_index, row.row, uint32From(unknown));
  }
}

/** Whether it holds no pulse. */
export const isEmpty = (connection: Connection): boolean =>
  connection.first(valueRow, "SELECT EXISTS (SELECT 1 FROM wear UNION ALL SELECT 1 FROM intents) AS value")
    ?.value === 0;

export function writeWear(connection: Connection, counted: Counted, array: number, row: number): void {
  const pulses = blobOf(counted.pulses.row(array, row));
  const unknowns = counted.unknown.row(array, row);
  const unknown = countNonZero(unknowns) === 0 ? null : blobOf(unknowns);
  const crc32 = checksum(pulses, unknown ?? new Uint8Array());
  connection.run(upsertWear, { array, row, pulses, unknown, crc32 });
}

export const readIntents = (connection: Connection): StoredIntent[] =>
  connection.all(intentRow, "SELECT * FROM intents ORDER BY id");

/** Gives the number of the new intent. */
export function insertIntent(connection: Connection, { region, chosen, each }: Claim): number {
  return connection.run(insertIntentSql, { ...region, each, mask: packBits(chosen) });
}

export function settleIntent(connection: Connection, id: number, fate: "applied" | "unknown"): void {
  connection.run("UPDATE intents SET fate = @fate WHERE id = @id", { id, fate });
}

export function deleteIntent(connection: Connection, id: number): void {
  connection.run("DELETE FROM intents WHERE id = @id", { id });
}

export function deleteSettledIntents(connection: Connection): void {
  connection.run("DELETE FROM intents WHERE fate IS NOT NULL");
}

export function deleteIntents(connection: Connection): void {
  connection.run("DELETE FROM intents");
}

const upsertWear = `
  INSERT INTO wear (array_index, row, pulses, unknown, crc32) VALUES (@array, @row, @pulses, @unknown, @crc32)
  ON CONFLICT DO UPDATE SET pulses = excluded.pulses, unknown = excluded.unknown, crc32 = excluded.crc32`;

const insertIntentSql = `
  INSERT INTO intents (array_index, row, column, rows, columns, each, mask)
  VALUES (@array, @row, @column, @rows, @columns, @each, @mask)`;

const wearRow = z.object({
  array_index: countColumn,
  row: countColumn,
  pulses: blobColumn,
  unknown: blobColumn.nullable(),
  crc32: countColumn,
});

const intentRow = z
  .object({
    array_index: countColumn,
    row: countColumn,
    column: countColumn,
    rows: countColumn,
    columns: countColumn,
    each: countColumn,
    mask: blobColumn,
    fate: z.enum(["applied", "unknown"]).nullable(),
  })
  .transform(({ array_index: array, each, mask, fate, ...place }): StoredIntent => {
    const region = { array, ...place };
    return { claim: { region, chosen: unpackBits(mask, region.rows * region.columns), each }, fate };
  });
