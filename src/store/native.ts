/** Whether SQLite can be used on this machine at all: its native code is loaded when a database is opened, not before. */

import Database from "better-sqlite3";

/** The package whose native code it is. */
export const sqlitePackage = "better-sqlite3";

/** @throws what the package throws when its native code does not load. */
export function loadSqlite(): void {
  new Database(":memory:").close();
}
