/** Runs: one for every invocation that wrote to the store, with all that was known before it began. */

import { z } from "zod";
import type { Connection } from "./connection.ts";
import { type ChipId, chipId, type JsonObject, jsonColumn, type RunId, runId } from "./identity.ts";

export interface NewRun {
  readonly command: string;
  /** The arguments as given. */
  readonly commandLine: readonly string[];
  readonly toolVersion: string;
  readonly gitCommit: string | null;
  /** Plain JSON: operating system, Node version, processor and what else may matter. */
  readonly host: object;
  readonly seed: number | null;
  /** Plain JSON: the settings in force, defaults included. */
  readonly config: object;
  readonly startedWallSeconds: number;
}

export type RunOutcome = "completed" | "failed" | "interrupted";

export interface RunEnd {
  readonly endedWallSeconds: number;
  readonly outcome: RunOutcome;
  /** Why it failed. */
  readonly message?: string;
}

export interface StoredRun extends NewRun {
  readonly id: RunId;
  readonly host: JsonObject;
  readonly config: JsonObject;
  /** The chip that the run spoke to. */
  readonly chip: ChipId | null;
  /** Null while the run is under way, and for ever when it was killed. */
  readonly endedWallSeconds: number | null;
  readonly outcome: RunOutcome | null;
  readonly message: string | null;
}

export interface RunLink {
  readonly run: RunId;
  readonly command: string;
  readonly report: JsonObject;
}

export class Runs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  begin(run: NewRun): RunId {
    return runId(
      this.#connection.run(insertSql, {
        command: run.command,
        commandLine: JSON.stringify(run.commandLine),
        toolVersion: run.toolVersion,
        gitCommit: run.gitCommit,
        host: JSON.stringify(run.host),
        seed: run.seed,
        config: JSON.stringify(run.config),
        started: run.startedWallSeconds,
      }),
    );
  }

  end(run: RunId, { endedWallSeconds, outcome, message }: RunEnd): void {
    const row = { run, ended: endedWallSeconds, outcome, message: message ?? null };
    this.#connection.run(
      "UPDATE runs SET ended_wall = @ended, outcome = @outcome, message = @message WHERE id = @run",
      row,
    );
  }

  /** What the reliable link of the run did. @param report plain JSON; it takes the place of an earlier one. */
  keepLink(run: RunId, report: object): void {
    const row = { run, report: JSON.stringify(report) };
    this.#connection.run("INSERT OR REPLACE INTO run_links VALUES (@run, @report)", row);
  }

  /** Of the runs that used the reliable link, oldest first. */
  links(): RunLink[] {
    return this.#connection.all(linkSchema, linksSql);
  }

  /** All runs, oldest first. */
  list(): StoredRun[] {
    return this.#connection.all(rowSchema, "SELECT * FROM runs ORDER BY id");
  }
}

const insertSql = `
  INSERT INTO runs (command, command_line, tool_version, git_commit, host, seed, config, started_wall)
  VALUES (@command, @commandLine, @toolVersion, @gitCommit, @host, @seed, @config, @started)`;

const linksSql = "SELECT id, command, report FROM run_links JOIN runs ON id = run_id ORDER BY id";

const linkSchema = z
  .object({ id: z.number(), command: z.string(), report: jsonColumn })
  .transform(({ id, command, report }): RunLink => ({ run: runId(id), command, report }));

const commandLineColumn = z
  .string()
  .transform((text): string[] => z.array(z.string()).parse(JSON.parse(text)));

const rowSchema = z
  .object({
    id: z.number(),
    command: z.string(),
    command_line: commandLineColumn,
    tool_version: z.string(),
    git_commit: z.string().nullable(),
    host: jsonColumn,
    seed: z.number().nullable(),
    config: jsonColumn,
    chip_id: z.number().nullable(),
    started_wall: z.number(),
    ended_wall: z.number().nullable(),
    outcome: z.enum(["completed", "failed", "interrupted"]).nullable(),
    message: z.string().nullable(),
  })
  .transform(
    (row): StoredRun => ({
      id: runId(row.id),
      command: row.command,
      commandLine: row.command_line,
      toolVersion: row.tool_version,
      gitCommit: row.git_commit,
      host: row.host,
      seed: row.seed,
      config: row.config,
      chip: row.chip_id === null ? null : chipId(row.chip_id),
      startedWallSeconds: row.started_wall,
      endedWallSeconds: row.ended_wall,
      outcome: row.outcome,
      message: row.message,
    }),
  );
