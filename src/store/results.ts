/** Results: accuracies, and the raw readings that each came from. */

import { z } from "zod";
import { blobOf, uint16From } from "./blob.ts";
import type { Connection } from "./connection.ts";
import {
  blobColumn,
  countColumn,
  type JsonObject,
  jsonColumn,
  type ReadoutId,
  type ResultId,
  type RunId,
  readoutId,
  resultId,
  runId,
} from "./identity.ts";

/** A 95 % confidence interval of an accuracy, as fractions. */
export interface AccuracyInterval {
  readonly low: number;
  readonly high: number;
}

interface ResultFacts {
  readonly run: RunId;
  /** Requested age of the readouts, null for the digital baseline. */
  readonly ageSeconds: number | null;
  /** "digital" for the baseline. */
  readonly compensation: string;
  readonly images: number;
  readonly correct: number;
  readonly interval: AccuracyInterval;
  /** Plain JSON: hashes of image and calibration files, augmentation, seeds. */
  readonly details: object;
}

export interface NewResult extends ResultFacts {
  /** Class of each image in order. */
  readonly predictions?: Uint16Array;
  /** Empty for the digital baseline. */
  readonly readouts: readonly ReadoutId[];
}

export interface StoredResult extends ResultFacts {
  readonly id: ResultId;
  readonly details: JsonObject;
}

export class Results {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(result: NewResult): ResultId {
    return this.#connection.transaction(() => {
      const id = resultId(this.#insert(result));
      for (const readout of result.readouts) {
        this.#connection.run("INSERT INTO result_readouts VALUES (@id, @readout)", { id, readout });
      }
      return id;
    });
  }

  /** All results, oldest first. */
  list(): StoredResult[] {
    return this.#connection.all(rowSchema, "SELECT * FROM results ORDER BY id");
  }

  /** The latest result of each age and compensation: the digital baseline first, then by age. */
  latest(): StoredResult[] {
    return this.#connection.all(rowSchema, latestSql);
  }

  predictions(result: ResultId): Uint16Array | undefined {
    const sql = "SELECT predictions FROM results WHERE id = @result AND predictions IS NOT NULL";
    const row = this.#connection.first(z.object({ predictions: blobColumn }), sql, { result });
    return row === undefined ? undefined : uint16From(row.predictions);
  }

  /** The raw readings that the result came from. */
  readoutsOf(result: ResultId): ReadoutId[] {
    const sql =
      "SELECT readout_id AS value FROM result_readouts WHERE result_id = @result ORDER BY readout_id";
    return this.#connection.all(readoutRow, sql, { result }).map((row) => row.value);
  }

  #insert(result: NewResult): number {
    return this.#connection.run(insertSql, {
      run: result.run,
      age: result.ageSeconds,
      compensation: result.compensation,
      images: result.images,
      correct: result.correct,
      low: result.interval.low,
      high: result.interval.high,
      predictions: result.predictions === undefined ? null : blobOf(result.predictions),
      details: JSON.stringify(result.details),
    });
  }
}

const insertSql = `
  INSERT INTO results (run_id, age, compensation, images, correct, accuracy_low, accuracy_high, predictions, details)
  VALUES (@run, @age, @compensation, @images, @correct, @low, @high, @predictions, @details)`;

const latestSql = `
  SELECT * FROM results WHERE id IN (SELECT max(id) FROM results GROUP BY age, compensation)
  ORDER BY age NULLS FIRST, id`;

const readoutRow = z.object({ value: z.number().transform(readoutId) });

const rowSchema = z
  .object({
    id: z.number(),
    run_id: z.number(),
    age: z.number().nullable(),
    compensation: z.string(),
    images: countColumn,
    correct: countColumn,
    accuracy_low: z.number(),
    accuracy_high: z.number(),
    details: jsonColumn,
  })
  .transform(
    (row): StoredResult => ({
      id: resultId(row.id),
      run: runId(row.run_id),
      ageSeconds: row.age,
      compensation: row.compensation,
      images: row.images,
      correct: row.correct,
      interval: { low: row.accuracy_low, high: row.accuracy_high },
      details: row.details,
    }),
  );
