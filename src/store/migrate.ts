/** Brings a store to the newest schema. Migrations are only ever appended; each and its version number are one transaction. */

import { z } from "zod";
import { LabError, textOf } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { firstLight } from "./migrations/001-first-light.ts";
import { calibrations } from "./migrations/002-calibrations.ts";
import { mapping } from "./migrations/003-mapping.ts";
import { resume } from "./migrations/004-resume.ts";
import { weightTargets } from "./migrations/005-weight-targets.ts";
import { knownBad } from "./migrations/006-known-bad.ts";
import { checkpointPatches } from "./migrations/007-checkpoint-patches.ts";
import { blockWear } from "./migrations/008-block-wear.ts";
import { readoutBands } from "./migrations/009-readout-bands.ts";
import { campaigns } from "./migrations/010-campaigns.ts";
import { driftFits } from "./migrations/011-drift-fits.ts";
import { validations } from "./migrations/012-validations.ts";
import { runLinks } from "./migrations/013-run-links.ts";

/** SQL, or what cannot be said in SQL. */
export type MigrationStep = string | ((connection: Connection) => void);

/** Migration number n, from 1, is at index n - 1. */
export const migrations: readonly (string | readonly MigrationStep[])[] = [
  firstLight,
  calibrations,
  mapping,
  resume,
  weightTargets,
  knownBad,
  checkpointPatches,
  blockWear,
  readoutBands,
  campaigns,
  driftFits,
  validations,
  runLinks,
];

/** The schema that this version of pcmlab writes. */
export const newestSchema = migrations.length;

/** "PCML" in the application_id of the SQLite header says whose file it is. */
export const applicationId = 0x50434d4c;

/**
 * Applies the migrations that a writable store has not had yet. A table that others refer to is made anew without them noticing
 * (sqlite.org/lang_altertable.html, section 7): foreign keys are off meanwhile, and looked at before each commit.
 * @param upTo the schema to stop at, for tests of what older versions left.
 * @throws LabError STORE when the file is damaged; it is then as it was.
 */
export function migrate(connection: Connection, upTo = newestSchema): void {
  if (schemaOf(connection) >= upTo) return;
  connection.pragma("foreign_keys = OFF");
  for (let version = schemaOf(connection); version < upTo; version++) {
    told(connection, version, () => connection.transaction(() => applyNext(connection)));
  }
  connection.pragma("foreign_keys = ON");
}

/** A migration fails only where the file has not what its version should have. */
function told(connection: Connection, version: number, work: () => void): void {
  try {
    work();
  } catch (failure) {
    if (failure instanceof LabError) throw failure;
    const what = `${connection.path} is damaged: it cannot be brought from schema ${version} to ${version + 1}`;
    throw new LabError("STORE", `${what}: ${textOf(failure)}`, {
      next: "restore it from a copy; nothing was changed",
      cause: failure,
    });
  }
}

/** The version is read again inside the transaction: another process may have migrated meanwhile. */
function applyNext(connection: Connection): void {
  const version = schemaOf(connection);
  const migration = migrations[version];
  if (migration === undefined) return;
  for (const step of typeof migration === "string" ? [migration] : migration) {
    if (typeof step === "string") connection.execute(step);
    else step(connection);
  }
  assertForeignKeys(connection);
  connection.pragma(`application_id = ${applicationId}`);
  connection.pragma(`user_version = ${version + 1}`);
}

function assertForeignKeys(connection: Connection): void {
  const broken = connection.first(brokenRow, 'SELECT "table", parent FROM pragma_foreign_key_check');
  if (broken === undefined) return;
  const what = `a row of ${broken.table} refers to a row of ${broken.parent} that is not there`;
  throw new LabError("STORE", `${connection.path} is damaged: ${what}`, {
    next: "restore it from a copy; nothing was changed",
  });
}

const brokenRow = z.object({ table: z.string(), parent: z.string() });

export const schemaOf = (connection: Connection): number => Number(connection.pragma("user_version"));

/** @throws LabError STORE when a newer pcmlab wrote the file, or when an older one did and it cannot be migrated. */
export function assertSchema(connection: Connection, mayMigrate: boolean): void {
  const version = schemaOf(connection);
  if (version > newestSchema) {
    throw new LabError(
      "STORE",
      `${connection.path} was written by a newer pcmlab (schema ${version}, this one knows ${newestSchema})`,
      { next: "upgrade pcmlab" },
    );
  }
  if (version < newestSchema && !mayMigrate) {
    throw new LabError(
      "STORE",
      `${connection.path} was written by an older pcmlab (schema ${version}, this one reads ${newestSchema})`,
      { next: `bring it to this version: pcmlab store vacuum ${connection.path}` },
    );
  }
}
