/** How a programming run programs, so that another process can go on with it. */

import { z } from "zod";
import type { BlockWear } from "./block-wear.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Connection } from "./connection.ts";
import {
  type CalibrationId,
  calibrationId,
  type JsonObject,
  jsonColumn,
  type RunId,
  runId,
} from "./identity.ts";

export interface ProgrammingPlan {
  readonly run: RunId;
  readonly algorithm: string;
  /** Plain JSON. */
  readonly parameters: object;
  /** Null for what the chip says of its converters. */
  readonly calibration: CalibrationId | null;
  /** Plain JSON: limits that are narrower than the chip's. */
  readonly limits: object;
  /** Plain JSON: marked devices and lines under the network. */
  readonly marks: readonly object[];
}

export interface StoredPlan extends ProgrammingPlan {
  readonly parameters: JsonObject;
  readonly limits: JsonObject;
}

export class ProgrammingPlans {
  readonly #connection: Connection;
  readonly #checkpoints: Checkpoints;
  readonly #blockWear: BlockWear;

  constructor(connection: Connection, checkpoints: Checkpoints, blockWear: BlockWear) {
    this.#connection = connection;
    this.#checkpoints = checkpoints;
    this.#blockWear = blockWear;
  }

  /** To be called before the first pulse. What an earlier plan left under way is begun anew by this one. */
  begin({ run, algorithm, parameters, calibration, limits, marks }: ProgrammingPlan): void {
    this.#connection.transaction(() => {
      this.#checkpoints.clearAll();
      this.#blockWear.clear();
      this.#connection.run(
        "INSERT INTO programming_plans VALUES (@run, @algorithm, @parameters, @calibration, @limits, @marks)",
        {
          run,
          algorithm,
          parameters: JSON.stringify(parameters),
          calibration,
          limits: JSON.stringify(limits),
          marks: JSON.stringify(marks),
        },
      );
    });
  }

  /** Limits of the plan from now on: those that it had, and narrower ones of a process that goes on with it. */
  limit(run: RunId, limits: object): void {
    const sql = "UPDATE programming_plans SET limits = @limits WHERE run_id = @run";
    this.#connection.run(sql, { run, limits: JSON.stringify(limits) });
  }

  latest(): StoredPlan | undefined {
    return this.#connection.first(rowSchema, "SELECT * FROM programming_plans ORDER BY run_id DESC LIMIT 1");
  }
}

const rowSchema = z
  .object({
    run_id: z.number(),
    algorithm: z.string(),
    parameters: jsonColumn,
    calibration_id: z.number().nullable(),
    limits: jsonColumn,
    marks: z.string().transform((text) => z.array(z.looseObject({})).parse(JSON.parse(text))),
  })
  .transform(
    (row): StoredPlan => ({
      run: runId(row.run_id),
      algorithm: row.algorithm,
      parameters: row.parameters,
      calibration: row.calibration_id === null ? null : calibrationId(row.calibration_id),
      limits: row.limits,
      marks: row.marks,
    }),
  );
