/** Another process is faster or slower at making the same store; the schema step stands in for the moment at which it comes. */

import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, expect, test, vi } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { applicationId } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { freshPath } from "./temp-folder.ts";

const meanwhile = vi.hoisted(() => ({ does: (_path: string): void => {} }));

vi.mock("../../src/store/migrate.ts", async (original) => ({
  ...(await original<typeof import("../../src/store/migrate.ts")>()),
  migrate: (connection: { readonly path: string }) => meanwhile.does(connection.path),
}));

afterEach(() => {
  meanwhile.does = () => {};
});

const full = (): never => {
  throw new LabError("STORE", "the disk is full");
};

test("a creation that fails leaves no file behind", () => {
  const path = freshPath();
  meanwhile.does = full;
  expect(labErrorOf(() => openStore(path, { mode: "create" })).message).toBe("the disk is full");
  expect(existsSync(path)).toBe(false);
});

test("a creation that fails does not remove the store that another process made of the empty file", () => {
  const path = freshPath();
  meanwhile.does = () => {
    const other = new Database(path);
    other.pragma(`application_id = ${applicationId}`);
    other.close();
    full();
  };
  expect(() => openStore(path, { mode: "create" })).toThrow("the disk is full");
  expect(existsSync(path)).toBe(true);
});

test("a creation that fails does not remove a file that it found", () => {
  const path = freshPath();
  new Database(path).exec("VACUUM").close();
  meanwhile.does = full;
  expect(() => openStore(path, { mode: "create" })).toThrow("the disk is full");
  expect(existsSync(path)).toBe(true);
});
