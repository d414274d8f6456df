/**
 * Programmings: what every device of a tile was asked for, and what became of it. A start is recorded before the first pulse and
 * a programming at the end, so that pulses whose outcome nobody knows make an older programming of the tile obsolete too.
 */

import { z } from "zod";
import type { CellOutcome } from "../chip/outcome.ts";
import { assertChecksum, checksum, float32From, uint8From, uint16From } from "./blob.ts";
import type { Connection } from "./connection.ts";
import {
  blobColumn,
  countColumn,
  flagColumn,
  type JsonObject,
  jsonColumn,
  type ProgrammingId,
  programmingId,
  type RunId,
  runId,
  type StartId,
  startId,
  type TileId,
  tileId,
} from "./identity.ts";
import {
  assertLengths,
  blobsOf,
  countColumnsOf,
  type ProgrammingCells,
  type TileSize,
} from "./programming-cells.ts";

export interface Algorithm {
  readonly name: string;
  /** Plain JSON. */
  readonly parameters: object;
}

export interface ProgrammingStart {
  readonly tile: TileId;
  readonly run: RunId;
  /** Host time before the first pulse. */
  readonly wallSeconds: number;
}

interface ProgrammingFacts {
  readonly start: StartId;
  /** False when it was stopped or failed before its end. */
  readonly complete: boolean;
  readonly algorithm: Algorithm;
  /** Chip time before the first pulse. */
  readonly startedChipSeconds: number;
  /** Chip time after the last acknowledged pulse: the ages of readouts count from here. */
  readonly endedChipSeconds: number;
  /** What is known of the power-up that the chip times count from. */
  readonly bootNote: string | null;
}

export interface NewProgramming extends ProgrammingFacts {
  readonly cells: ProgrammingCells;
}

export type OutcomeCounts = Readonly<Record<CellOutcome, number>>;

export interface StoredProgramming extends ProgrammingFacts {
  readonly id: ProgrammingId;
  readonly tile: TileId;
  readonly run: RunId;
  readonly algorithm: Algorithm & { readonly parameters: JsonObject };
  readonly counts: OutcomeCounts;
  /** Pulses of all devices together, those that may have been applied included. */
  readonly pulseCount: number;
}

export class Programmings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * To be called before the first pulse: from then on the tile counts as programmed only when this start has a complete
   * programming.
   */
  begin({ tile, run, wallSeconds }: ProgrammingStart): StartId {
    const sql =
      "INSERT INTO programming_starts (tile_id, run_id, started_wall) VALUES (@tile, @run, @wallSeconds)";
    return startId(this.#connection.run(sql, { tile, run, wallSeconds }));
  }

  /**
   * Stores what became of a start in one transaction: it is there as a whole, or not at all.
   * @throws RangeError when there is no such start, an array is not as long as the tile has devices, or an outcome has no name.
   */
  add(programming: NewProgramming): ProgrammingId {
    const { cells, algorithm } = programming;
    return this.#connection.transaction(() => {
      assertLengths(cells, this.#tileSize(programming.start));
      const blobs = blobsOf(cells);
      const id = this.#connection.run(insertSql, {
        start: programming.start,
        complete: programming.complete ? 1 : 0,
        algorithm: algorithm.name,
        parameters: JSON.stringify(algorithm.parameters),
        started: programming.startedChipSeconds,
        ended: programming.endedChipSeconds,
        bootNote: programming.bootNote,
        ...countColumnsOf(cells.outcomes),
        pulseCount: cells.pulses.reduce((sum, pulses) => sum + pulses, 0),
        ...blobs,
        crc32: checksum(...checked(blobs)),
      });
      return programmingId(id);
    });
  }

  /** The programming of each tile whose latest start was completed, in the order of the tiles. */
  current(): StoredProgramming[] {
    return this.#connection.all(
      factsSchema,
      `SELECT ${factColumns} FROM v_current_programmings ORDER BY tile_id`,
    );
  }

  /** The latest start of each tile where it was not completed, in the order of the tiles: nobody knows what those devices hold. */
  unfinished(): ProgrammingStart[] {
    return this.#connection.all(
      startSchema,
      "SELECT tile_id, run_id, started_wall FROM v_unfinished_tiles ORDER BY tile_id",
    );
  }

  /** Every programming, those that were not completed included, oldest first: the life of the devices. */
  list(): StoredProgramming[] {
    return this.#connection.all(factsSchema, `SELECT ${factColumns} FROM v_programmings ORDER BY id`);
  }

  /** @throws LabError STORE when the checksum does not fit. */
  cells(programming: ProgrammingId): ProgrammingCells {
    const row = this.#connection.first(cellsSchema, cellsSql, { programming });
    if (row === undefined) throw new RangeError(`there is no programming ${programming}`);
    const { target_siemens: target, outcomes, iterations, pulses, weight_targets: weights, crc32 } = row;
    const what = `programming ${programming} in ${this.#connection.path}`;
    assertChecksum(what, crc32, ...checked({ target, outcomes, iterations, pulses, weights }));
    return {
      targetSiemens: float32From(target),
      outcomes: uint8From(outcomes),
      iterations: uint8From(iterations),
      pulses: uint16From(pulses),
      ...(weights !== null && { weightTargetSiemens: float32From(weights) }),
    };
  }

  #tileSize(start: StartId): TileSize {
    const sql = "SELECT t.* FROM programming_starts s JOIN tiles t ON t.id = s.tile_id WHERE s.id = @start";
    const tile = this.#connection.first(tileSizeSchema, sql, { start });
    if (tile === undefined) throw new RangeError(`no programming ${start} was begun`);
    return tile;
  }
}

/** The blobs that the checksum is over, in their order. */
const checked = ({ target, outcomes, iterations, pulses, weights }: ReturnType<typeof blobsOf>) => [
  target,
  outcomes,
  iterations,
  pulses,
  ...(weights === null ? [] : [weights]),
];

const factColumns = `id, start_id, tile_id, run_id, complete, algorithm, parameters, started_chip, ended_chip, boot_note,
  converged, exhausted, stuck_low, stuck_high, skipped, unknown, pulse_count`;

const insertSql = `
  INSERT INTO programmings (start_id, complete, algorithm, parameters, started_chip, ended_chip, boot_note,
    converged, exhausted, stuck_low, stuck_high, skipped, unknown, pulse_count,
    target_siemens, outcomes, iterations, pulses, weight_targets, crc32)
  VALUES (@start, @complete, @algorithm, @parameters, @started, @ended, @bootNote,
    @converged, @exhausted, @stuckLow, @stuckHigh, @skipped, @unknown, @pulseCount,
    @target, @outcomes, @iterations, @pulses, @weights, @crc32)`;

const cellsSql =
  "SELECT target_siemens, outcomes, iterations, pulses, weight_targets, crc32 FROM programmings WHERE id = @programming";

const cellsSchema = z.object({
  target_siemens: blobColumn,
  outcomes: blobColumn,
  iterations: blobColumn,
  pulses: blobColumn,
  weight_targets: blobColumn.nullable(),
  crc32: countColumn,
});

const tileSizeSchema = z
  .object({ rows: countColumn, columns: countColumn, region_rows: countColumn, region_columns: countColumn })
  .transform(
    (row): TileSize => ({ devices: row.region_rows * row.region_columns, weights: row.rows * row.columns }),
  );

const startSchema = z.object({ tile_id: z.number(), run_id: z.number(), started_wall: z.number() }).transform(
  (row): ProgrammingStart => ({
    tile: tileId(row.tile_id),
    run: runId(row.run_id),
    wallSeconds: row.started_wall,
  }),
);

const factsSchema = z
  .object({
    id: z.number(),
    start_id: z.number(),
    complete: flagColumn,
    tile_id: z.number(),
    run_id: z.number(),
    algorithm: z.string(),
    parameters: jsonColumn,
    started_chip: z.number(),
    ended_chip: z.number(),
    boot_note: z.string().nullable(),
    converged: countColumn,
    exhausted: countColumn,
    stuck_low: countColumn,
    stuck_high: countColumn,
    skipped: countColumn,
    unknown: countColumn,
    pulse_count: countColumn,
  })
  .transform(
    (row): StoredProgramming => ({
      id: programmingId(row.id),
      start: startId(row.start_id),
      complete: row.complete,
      tile: tileId(row.tile_id),
      run: runId(row.run_id),
      algorithm: { name: row.algorithm, parameters: row.parameters },
      startedChipSeconds: row.started_chip,
      endedChipSeconds: row.ended_chip,
      bootNote: row.boot_note,
      counts: {
        converged: row.converged,
        exhausted: row.exhausted,
        "stuck-low": row.stuck_low,
        "stuck-high": row.stuck_high,
        skipped: row.skipped,
        unknown: row.unknown,
      },
      pulseCount: row.pulse_count,
    }),
  );
