/** Validations: what was found when a chip was compared with the digital network. */

import { z } from "zod";
import type { Connection } from "./connection.ts";
import { countColumn, type RunId, runId, type ValidationId, validationId } from "./identity.ts";
import { type ValidationDocument, validationDocument } from "./validation-document.ts";

export interface StoredValidation {
  readonly id: ValidationId;
  readonly run: RunId;
  readonly document: ValidationDocument;
}

export class Validations {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(run: RunId, document: ValidationDocument): ValidationId {
    const { ageSeconds, compensation, passed } = document;
    return validationId(
      this.#connection.run(insertSql, {
        run,
        age: ageSeconds,
        compensation,
        passed: passed === null ? null : Number(passed),
        document: JSON.stringify(document),
      }),
    );
  }

  /** @throws LabError STORE when it is damaged. */
  latest(): StoredValidation | undefined {
    return this.#connection.first(
      rowSchema,
      "SELECT id, run_id, document FROM validations ORDER BY id DESC LIMIT 1",
    );
  }
}

const insertSql = `
  INSERT INTO validations (run_id, age, compensation, passed, document)
  VALUES (@run, @age, @compensation, @passed, @document)`;

const documentColumn = z.string().transform((text, context): ValidationDocument => {
  const parsed = validationDocument.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.issues.push({ code: "custom", message: "not a validation", input: text });
  return z.NEVER;
});

const rowSchema = z.object({ id: countColumn, run_id: countColumn, document: documentColumn }).transform(
  (row): StoredValidation => ({
    id: validationId(row.id),
    run: runId(row.run_id),
    document: row.document,
  }),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
