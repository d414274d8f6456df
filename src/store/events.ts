/** Events: what happened, in words, beside the data. */

import { z } from "zod";
import type { Connection } from "./connection.ts";
import { type RunId, runId } from "./identity.ts";

export type EventLevel = "info" | "warning" | "error";

export interface StoredEvent {
  readonly run: RunId | null;
  readonly wallSeconds: number;
  readonly level: EventLevel;
  readonly text: string;
}

export class Events {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add({ run, wallSeconds, level, text }: StoredEvent): void {
    const sql = "INSERT INTO events (run_id, wall, level, text) VALUES (@run, @wallSeconds, @level, @text)";
    this.#connection.run(sql, { run, wallSeconds, level, text });
  }

  /** All events, oldest first. */
  list(): StoredEvent[] {
    return this.#connection.all(rowSchema, "SELECT * FROM events ORDER BY id");
  }

  /** The newest events, newest first. */
  latest(most: number): StoredEvent[] {
    return this.#connection.all(rowSchema, "SELECT * FROM events ORDER BY id DESC LIMIT @most", { most });
  }
}

const rowSchema = z
  .object({
    run_id: z.number().nullable(),
    wall: z.number(),
    level: z.enum(["info", "warning", "error"]),
    text: z.string(),
  })
  .transform(
    (row): StoredEvent => ({
      run: row.run_id === null ? null : runId(row.run_id),
      wallSeconds: row.wall,
      level: row.level,
      text: row.text,
    }),
  );
