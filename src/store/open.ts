/** Opens the file behind a store, and says in one line why when it cannot. */

import { accessSync, closeSync, constants, openSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { LabError } from "../core/errors.ts";
import { Connection } from "./connection.ts";
import { valueRow } from "./identity.ts";
import { storeJournal } from "./journal.ts";
import { applicationId, assertSchema, migrate } from "./migrate.ts";
import { assertLocal } from "./network-file-system.ts";

/** `create` makes the file when it is not there; `existing` and `read` do not. `read` never writes. */
export type OpenMode = "create" | "existing" | "read";

/** @throws LabError STORE when the path cannot be a store in this mode. A file that this call made is not left half-made. */
export function openConnection(path: string, mode: OpenMode): Connection {
  assertOpenable(path, mode);
  assertLocal(path);
  const made = mode === "create" && madeAnew(path);
  const connection = new Connection(path, { readonly: mode === "read", fileMustExist: mode !== "create" });
  try {
    prepare(connection, mode);
    return connection;
  } catch (thrown) {
    const abandoned = made && !mayBeStore(connection);
    connection.close();
    if (abandoned) removeFiles(path);
    throw thrown;
  }
}

/**
 * For looking at a store of this or any older version without changing it.
 * @throws LabError STORE when the file is no store or from a newer version.
 */
export function openAnySchema(path: string): Connection {
  assertOpenable(path, "read");
  assertLocal(path);
  const connection = new Connection(path, { readonly: true, fileMustExist: true });
  try {
    assertOurs(connection, "read");
    assertSchema(connection, true);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** Whether the file was made by this very call, and not by another process a moment before. */
function madeAnew(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (thrown) {
    const code = fileErrorSchema.safeParse(thrown).data?.code;
    if (code === "EEXIST") return false;
    throw new LabError("STORE", `${path} cannot be made (${code})`, {
      next: "check its folder and the disk",
      cause: thrown,
    });
  }
}

/** Another process may have made a store of the empty file meanwhile; what cannot be looked at may be one. */
function mayBeStore(connection: Connection): boolean {
  try {
    return Number(connection.pragma("application_id")) === applicationId;
  } catch {
    return true;
  }
}

function prepare(connection: Connection, mode: OpenMode): void {
  assertOurs(connection, mode);
  assertSchema(connection, mode !== "read");
  connection.pragma("foreign_keys = ON");
  if (mode === "read") return;
  connection.pragma("journal_mode = WAL");
  connection.flushEachChange();
  connection.boundJournal(storeJournal);
  migrate(connection);
}

/** Creation may take over an empty database: a process killed while it made a store leaves one behind. */
function assertOurs(connection: Connection, mode: OpenMode): void {
  const id = Number(connection.pragma("application_id"));
  if (id === applicationId) return;
  if (id === 0 && isEmpty(connection)) {
    if (mode === "create") return;
    throw new LabError("STORE", `${connection.path} is empty`, {
      next: "write to it with: pcmlab program NETWORK.onnx --chip PORT --store FILE",
    });
  }
  throw new LabError("STORE", `${connection.path} is an SQLite file of another program, not a pcmlab store`, {
    next: "name a store that pcmlab wrote, or a new file",
  });
}

const isEmpty = (connection: Connection): boolean =>
  connection.first(valueRow, "SELECT count(*) AS value FROM sqlite_schema")?.value === 0;

function assertOpenable(path: string, mode: OpenMode): void {
  const file = statusOf(path);
  if (file === undefined) {
    assertMayBeMade(path, mode);
    return;
  }
  if (file.isDirectory()) throw refused(path, "is a folder, not a store", "name a file inside it");
  if (!file.isFile()) throw refused(path, "is not a regular file", "name a store that pcmlab wrote");
  if (mode === "read" && !hasIndex(path) && !isAccessible(dirname(path), constants.W_OK)) {
    const problem = `cannot be opened: SQLite keeps a file beside it, and ${dirname(path)} is not writable`;
    throw refused(path, problem, "copy it into a folder of your own");
  }
  const access = mode === "read" ? constants.R_OK : constants.R_OK | constants.W_OK;
  if (!isAccessible(path, access)) {
    throw refused(
      path,
      `cannot be ${mode === "read" ? "read" : "written to"}`,
      "change its permissions, or copy it",
    );
  }
}

/** Of the log, in shared memory; where another process has left it, reading needs nothing new. */
const hasIndex = (path: string): boolean => statusOf(`${path}-shm`) !== undefined;

function assertMayBeMade(path: string, mode: OpenMode): void {
  if (mode !== "create") {
    const next = "begin one with: pcmlab program NETWORK.onnx --chip PORT --store FILE";
    throw refused(path, "does not exist", next);
  }
  const folder = dirname(path);
  if (statusOf(folder)?.isDirectory() !== true) {
    throw refused(path, `cannot be made: there is no folder ${folder}`, "make the folder first");
  }
  if (!isAccessible(folder, constants.W_OK)) {
    throw refused(path, `cannot be made: the folder ${folder} is not writable`, "name another folder");
  }
}

const fileErrorSchema = z.object({ code: z.string() });

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (thrown) {
    const code = fileErrorSchema.safeParse(thrown).data?.code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new LabError("STORE", `${path} cannot be looked at (${code})`, {
      next: "check the permissions of its folders",
      cause: thrown,
    });
  }
}

function isAccessible(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}

function removeFiles(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

const refused = (path: string, problem: string, next: string): LabError =>
  new LabError("STORE", `${path} ${problem}`, { next });
