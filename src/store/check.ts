/** Whether a store is whole, and what is still good in one that is not. Only reads. */

import { statSync } from "node:fs";
import { z } from "zod";
import { textOf } from "../core/errors.ts";
import { type CheckedBlobs, checkBlobs } from "./check-blobs.ts";
import type { Connection } from "./connection.ts";
import { journalBytes } from "./journal.ts";
import { schemaOf } from "./migrate.ts";
import { openAnySchema } from "./open.ts";

export interface StoreCheck extends CheckedBlobs {
  readonly path: string;
  /** Of the file and of the log beside it. */
  readonly bytes: number;
  readonly journalBytes: number;
  readonly schema: number;
  /** What SQLite's integrity_check finds; empty when the structure is whole. */
  readonly structure: readonly string[];
  /** Rows that refer to rows that are not there. */
  readonly references: readonly string[];
  readonly whole: boolean;
}

/** More of them say nothing more. */
const mostProblems = 100;

/** @throws LabError STORE when the file is no pcmlab store, from a newer version, or damaged where it says what it is. */
export function checkStore(path: string): StoreCheck {
  const connection = openAnySchema(path);
  try {
    const structure = structureOf(connection);
    const references = referencesOf(connection);
    const blobs = blobsOf(connection);
    const whole = structure.length + references.length + blobs.damages.length === 0;
    return {
      ...{ path, bytes: statSync(path).size, journalBytes: journalBytes(path), schema: schemaOf(connection) },
      ...{ structure, references, ...blobs, whole },
    };
  } finally {
    connection.close();
  }
}

const messageRow = z.object({ integrity_check: z.string() });

function structureOf(connection: Connection): string[] {
  const sql = `PRAGMA integrity_check(${mostProblems})`;
  const lines = told(() =>
    connection.all(messageRow, sql).flatMap(({ integrity_check: message }) => message.split("\n")),
  );
  return lines.filter((line) => line !== "ok" && line !== "");
}

const brokenRow = z.object({ child: z.string(), row: z.number().nullable(), parent: z.string() });

const referencesOf = (connection: Connection): string[] =>
  told(() =>
    connection
      .all(brokenRow, brokenSql)
      .map(
        ({ child, row, parent }) =>
          `row ${row ?? "?"} of ${child} refers to a row of ${parent} that is not there`,
      ),
  );

const brokenSql = `
  SELECT "table" AS child, rowid AS row, parent FROM pragma_foreign_key_check LIMIT ${mostProblems}`;

const nothing: CheckedBlobs = { blobs: { total: 0, good: 0 }, things: {}, damages: [] };

/** Of a file whose list of tables is damaged nothing more can be said. */
function blobsOf(connection: Connection): CheckedBlobs {
  try {
    return checkBlobs(connection);
  } catch (failure) {
    return { ...nothing, damages: [{ table: "every table", row: "every row", problem: textOf(failure) }] };
  }
}

/** SQLite may give up over a damage that it should list. */
function told(work: () => string[]): string[] {
  try {
    return work();
  } catch (failure) {
    return [textOf(failure)];
  }
}
