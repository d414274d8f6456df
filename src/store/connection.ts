/**
 * A connection to one SQLite file: prepared statements kept by their text, rows checked against a schema as they
 * come out, one transaction helper, and SQLite's failures told as LabError.
 */

import Database from "better-sqlite3";
import type { z } from "zod";
import { LabError } from "../core/errors.ts";
import { storeFailure } from "./failure.ts";
import { Journal, type JournalLimits } from "./journal.ts";

export type Parameter = number | string | Uint8Array | null;
export type Parameters = Readonly<Record<string, Parameter>>;
type Statement = Database.Statement<[Parameters]>;

export interface ConnectionOptions {
  readonly readonly: boolean;
  /** Refuse to make a file that is not there. */
  readonly fileMustExist: boolean;
}

export class Connection {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Statement>();
  /** Made once: better-sqlite3 makes every wrapped function anew, which takes longer than a small change of the file. */
  readonly #quickly: Database.Transaction<(work: () => void) => void>;
  /** Whether changes are to wait for the disk, unless they are quick, and whether the next one would. */
  #flushes = false;
  #waitsForDisk = false;
  #journal: Journal | undefined;

  /** @throws LabError STORE when SQLite cannot open the file. */
  constructor(path: string, options: ConnectionOptions) {
    this.path = path;
    this.#database = this.#guarded(() => new Database(path, options));
    this.#quickly = this.#database.transaction((work) => refusePromise(work()));
  }

  /** All rows of a query. @throws LabError STORE when a row is not what this version writes. */
  all<Row>(schema: z.ZodType<Row>, sql: string, parameters: Parameters = {}): Row[] {
    const rows = this.#guarded(() => this.#statement(sql).all(parameters));
    return rows.map((row) => this.#checked(schema, row));
  }

  /** The first row of a query, or undefined when it has none. */
  first<Row>(schema: z.ZodType<Row>, sql: string, parameters: Parameters = {}): Row | undefined {
    const row = this.#guarded(() => this.#statement(sql).get(parameters));
    return row === undefined ? undefined : this.#checked(schema, row);
  }

  /** Runs a statement that returns no rows; gives the row id of the last insertion. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#guarded(() => {
      this.#waitForDisk(true);
      return Number(this.#statement(sql).run(parameters).lastInsertRowid);
    });
  }

  /** Runs several statements that take no parameters. */
  execute(sql: string): void {
    this.#guarded(() => {
      this.#waitForDisk(true);
      this.#database.exec(sql);
    });
  }

  pragma(text: string): unknown {
    return this.#guarded(() => this.#database.pragma(text, { simple: true }));
  }

  /**
   * Runs `work` in one transaction that is durable when this returns and leaves no trace when it throws. Inside another
   * transaction it is a savepoint.
   * @throws TypeError when `work` returns a promise: what it does later would happen outside of the transaction.
   */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    const body = this.#database.transaction((): T => refusePromise(work()));
    const result = this.#guarded(() => {
      this.#waitForDisk(true);
      return body.immediate();
    });
    if (!this.#database.inTransaction) this.#journal?.bound();
    return result;
  }

  /** From now on each change comes back when the disk has it. Not for the inside of a transaction. */
  flushEachChange(): void {
    this.#flushes = true;
    this.#guarded(() => this.#waitForDisk(true));
  }

  /** As `transaction`, but durable against the loss of the host's power only when the next `transaction` has returned. */
  quickTransaction(work: () => void): void {
    this.#guarded(() => {
      this.#waitForDisk(false);
      this.#quickly.immediate(work);
    });
  }

  /** Keeps the write-ahead log within these limits from now on, as far as readers let it. */
  boundJournal(limits: JournalLimits): void {
    this.#journal = new Journal(this, limits);
  }

  close(): void {
    this.#guarded(() => this.#database.close());
  }

  /**
   * In WAL mode only FULL flushes each commit to the disk (sqlite.org/pragma.html#pragma_synchronous). SQLite does not change this inside
   * of a transaction; a savepoint has what the whole has.
   */
  #waitForDisk(waits: boolean): void {
    if (!this.#flushes || waits === this.#waitsForDisk || this.#database.inTransaction) return;
    this.#database.pragma(`synchronous = ${waits ? "FULL" : "NORMAL"}`);
    this.#waitsForDisk = waits;
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<[Parameters]>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #checked<Row>(schema: z.ZodType<Row>, row: unknown): Row {
    const result = schema.safeParse(row);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new LabError(
      "STORE",
      `${this.path} has a damaged row: ${issue?.path.join(".")}: ${issue?.message}`,
      {
        next: "restore the store from a copy",
        cause: result.error,
      },
    );
  }

  #guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw storeFailure(this.path, thrown);
    }
  }
}

function refusePromise<T>(value: T): T {
  if (typeof value === "object" && value !== null && "then" in value) {
    throw new TypeError("a transaction cannot wait: its work returned a promise");
  }
  return value;
}
