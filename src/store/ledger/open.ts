/** Opens the file of a wear ledger, and says in one line why when it cannot. */

import { existsSync, mkdirSync } from "node:fs";
import { z } from "zod";
import { LabError, textOf } from "../../core/errors.ts";
import { Connection } from "../connection.ts";
import { valueRow } from "../identity.ts";
import { schemaOf } from "../migrate.ts";
import type { ArraySize } from "./cell-counts.ts";
import type { ChipName } from "./place.ts";
import { ledgerApplicationId, ledgerSchema, ledgerTables } from "./schema.ts";

/** Whose ledger it is. */
export interface LedgerChip extends ChipName {
  readonly arrays: readonly ArraySize[];
  /** That the chip allows in its life; undefined when it names no limit. */
  readonly maxPulsesPerCell: number | undefined;
}

/** Who writes a ledger. */
export interface LedgerOwner {
  readonly process: number;
  readonly host: string;
  readonly command: string;
  readonly sinceWallSeconds: number;
}

/** @throws LabError STORE when the folder cannot be made. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new LabError("STORE", `the folder ${folder} for wear ledgers cannot be made: ${textOf(cause)}`, {
      next: "name another one with --ledger",
      cause,
    });
  }
}

/**
 * For the process that holds the lock. Each commit outlives the process at once and, like all of SQLite's WAL with `synchronous`
 * NORMAL, the machine from the next checkpoint on: a commit that waits for the disk takes 2 to 4 ms, and there is one for every train.
 * @throws LabError STORE when the file is no wear ledger of this version, STORE_CONTENT, and nothing is written, when it is of another
 * chip.
 */
export function openToWrite(path: string, chip: LedgerChip, owner: LedgerOwner): Connection {
  const connection = new Connection(path, { readonly: false, fileMustExist: false });
  try {
    assertLedger(connection, true);
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    // The book does it whenever it folds.
    connection.pragma("wal_autocheckpoint = 0");
    connection.transaction(() => {
      if (schemaOf(connection) === 0) begin(connection, chip, owner);
      else assertSameChip(path, chipOf(connection), chip);
      connection.run("UPDATE chip SET max_pulses_per_cell = @max", { max: chip.maxPulsesPerCell ?? null });
      connection.run("DELETE FROM owner");
      connection.run("INSERT INTO owner VALUES (@process, @host, @command, @sinceWallSeconds)", { ...owner });
    });
    return connection;
  } catch (failure) {
    connection.close();
    throw failure;
  }
}

/** Never writes; also while a process writes. @throws LabError STORE when the file is no wear ledger of this version. */
export function openToRead(path: string): Connection {
  const connection = new Connection(path, { readonly: true, fileMustExist: true });
  try {
    assertLedger(connection, false);
    return connection;
  } catch (failure) {
    connection.close();
    throw failure;
  }
}

/** @throws LabError STORE_CONTENT when the ledger is of another chip, or of one with other arrays. */
function assertSameChip(path: string, known: LedgerChip, chip: LedgerChip): void {
  const text = (one: LedgerChip): string =>
    JSON.stringify([one.manufacturer, one.model, one.serialNumber, one.life ?? null, sizesOf(one.arrays)]);
  if (text(known) === text(chip)) return;
  throw new LabError("STORE_CONTENT", `${path} is the wear ledger of ${text(known)}; this is ${text(chip)}`, {
    next: "name another folder with --ledger, or put the ledger of this chip back",
  });
}

export function chipOf(connection: Connection): LedgerChip & { readonly begunWallSeconds: number } {
  const chip = connection.first(chipRow, "SELECT * FROM chip");
  if (chip !== undefined) return chip;
  throw new LabError("STORE", `${connection.path} names no chip`, { next: "restore it from a copy" });
}

export const ownerOf = (connection: Connection): LedgerOwner | undefined =>
  connection.first(ownerRow, "SELECT * FROM owner");

/** In words, for the process that comes too late. */
export function ownerText(path: string): string {
  if (!existsSync(path)) return "another program";
  const connection = openToRead(path);
  try {
    const owner = ownerOf(connection);
    return owner === undefined
      ? "another program"
      : `process ${owner.process} on ${owner.host}, \`pcmlab ${owner.command}\``;
  } finally {
    connection.close();
  }
}

function begin(connection: Connection, chip: LedgerChip, owner: LedgerOwner): void {
  connection.execute(ledgerTables);
  connection.run(
    `INSERT INTO chip VALUES (@manufacturer, @model, @serialNumber, @life, @arrays, NULL, @begun)`,
    {
      manufacturer: chip.manufacturer,
      model: chip.model,
      serialNumber: chip.serialNumber,
      life: chip.life ?? null,
      arrays: JSON.stringify(sizesOf(chip.arrays)),
      begun: owner.sinceWallSeconds,
    },
  );
  connection.pragma(`application_id = ${ledgerApplicationId}`);
  connection.pragma(`user_version = ${ledgerSchema}`);
}

const sizesOf = (arrays: readonly ArraySize[]): ArraySize[] =>
  arrays.map(({ name, rows, columns }) => ({ name, rows, columns }));

/** A process that was killed while it made a ledger leaves an empty file behind. */
function assertLedger(connection: Connection, mayBeEmpty: boolean): void {
  const id = Number(connection.pragma("application_id"));
  const isEmpty = connection.first(valueRow, "SELECT count(*) AS value FROM sqlite_schema")?.value === 0;
  if (isEmpty && mayBeEmpty) return;
  if (isEmpty || id !== ledgerApplicationId)
    throw new LabError("STORE", `${connection.path} is no wear ledger`, { next: "move it away" });
  if (schemaOf(connection) > ledgerSchema)
    throw new LabError("STORE", `${connection.path} was written by a newer pcmlab`, {
      next: "upgrade pcmlab",
    });
}

const arraysColumn = z
  .string()
  .transform((text) =>
    z.array(z.object({ name: z.string(), rows: z.number(), columns: z.number() })).parse(JSON.parse(text)),
  );

const chipRow = z
  .object({
    manufacturer: z.string(),
    model: z.string(),
    serial_number: z.string(),
    life: z.string().nullable(),
    arrays: arraysColumn,
    max_pulses_per_cell: z.number().nullable(),
    begun_wall: z.number(),
  })
  .transform((row) => ({
    manufacturer: row.manufacturer,
    model: row.model,
    serialNumber: row.serial_number,
    life: row.life ?? undefined,
    arrays: row.arrays,
    maxPulsesPerCell: row.max_pulses_per_cell ?? undefined,
    begunWallSeconds: row.begun_wall,
  }));

const ownerRow = z
  .object({ process: z.number(), host: z.string(), command: z.string(), since_wall: z.number() })
  .transform(({ since_wall: sinceWallSeconds, ...rest }): LedgerOwner => ({ ...rest, sinceWallSeconds }));
