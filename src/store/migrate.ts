/** Brings a store to the newest schema. Migrations are only ever appended; each and its version number are one transaction. */

import { LabError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { firstLight } from "./migrations/001-first-light.ts";
import { calibrations } from "./migrations/002-calibrations.ts";
import { mapping } from "./migrations/003-mapping.ts";
import { resume } from "./migrations/004-resume.ts";
import { weightTargets } from "./migrations/005-weight-targets.ts";
import { knownBad } from "./migrations/006-known-bad.ts";
import { checkpointPatches } from "./migrations/007-checkpoint-patches.ts";
import { blockWear } from "./migrations/008-block-wear.ts";

/** Migration number n, from 1, is at index n - 1. */
const migrations: readonly string[] = [
  firstLight,
  calibrations,
  mapping,
  resume,
  weightTargets,
  knownBad,
  checkpointPatches,
  blockWear,
];

/** The schema that this version of pcmlab writes. */
export const newestSchema = migrations.length;

/** "PCML" in the application_id of the SQLite header says whose file it is. */
export const applicationId = 0x50434d4c;

/** Applies the migrations that a writable store has not had yet. */
export function migrate(connection: Connection): void {
  for (let version = schemaOf(connection); version < newestSchema; version++) {
    connection.transaction(() => applyNext(connection));
  }
}

/** The version is read again inside the transaction: another process may have migrated meanwhile. */
function applyNext(connection: Connection): void {
  const version = schemaOf(connection);
  const migration = migrations[version];
  if (migration === undefined) return;
  connection.execute(migration);
  connection.pragma(`application_id = ${applicationId}`);
  connection.pragma(`user_version = ${version + 1}`);
}

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
      { next: "open it once with a command that writes, such as pcmlab infer" },
    );
  }
}
