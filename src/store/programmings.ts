/** Programmings: what every device of a tile was asked for, and what became of it. Reprogramming a tile adds one; the latest is current. */

import { z } from "zod";
import type { CellOutcome } from "../chip/outcome.ts";
import { cellCount } from "../chip/region.ts";
import { assertChecksum, checksum, float32From, uint8From, uint16From } from "./blob.ts";
import type { Connection } from "./connection.ts";
import {
  blobColumn,
  countColumn,
  type JsonObject,
  jsonColumn,
  type ProgrammingId,
  programmingId,
  type RunId,
  runId,
  type TileId,
  tileId,
} from "./identity.ts";
import { regionSchema } from "./placement.ts";
import { assertLengths, blobsOf, countColumnsOf, type ProgrammingCells } from "./programming-cells.ts";

export interface Algorithm {
  readonly name: string;
  /** Plain JSON. */
  readonly parameters: object;
}

interface ProgrammingFacts {
  readonly tile: TileId;
  readonly run: RunId;
  readonly algorithm: Algorithm;
  /** Chip time before the first pulse. */
  readonly startedChipSeconds: number;
  /** Chip time after the last pulse: the ages of readouts count from here. */
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
  readonly algorithm: Algorithm & { readonly parameters: JsonObject };
  readonly counts: OutcomeCounts;
  /** Pulses of all devices together. */
  readonly pulseCount: number;
}

export class Programmings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Stores one programming of one tile in one transaction: it is there as a whole, or not at all.
   * @throws RangeError when an array is not as long as the tile has devices, or an outcome has no name.
   */
  add(programming: NewProgramming): ProgrammingId {
    const { cells, algorithm } = programming;
    return this.#connection.transaction(() => {
      assertLengths(cells, this.#deviceCount(programming.tile));
      const blobs = blobsOf(cells);
      const id = this.#connection.run(insertSql, {
        tile: programming.tile,
        run: programming.run,
        algorithm: algorithm.name,
        parameters: JSON.stringify(algorithm.parameters),
        started: programming.startedChipSeconds,
        ended: programming.endedChipSeconds,
        bootNote: programming.bootNote,
        ...countColumnsOf(cells.outcomes),
        pulseCount: cells.pulses.reduce((sum, pulses) => sum + pulses, 0),
        ...blobs,
        crc32: checksum(blobs.target, blobs.outcomes, blobs.iterations, blobs.pulses),
      });
      return programmingId(id);
    });
  }

  /** The latest programming of each tile that has one, in the order of the tiles. */
  current(): StoredProgramming[] {
    return this.#connection.all(
      factsSchema,
      `SELECT ${factColumns} FROM v_current_programmings ORDER BY tile_id`,
    );
  }

  /** Every programming, oldest first: the life of the devices. */
  list(): StoredProgramming[] {
    return this.#connection.all(factsSchema, `SELECT ${factColumns} FROM programmings ORDER BY id`);
  }

  /** @throws LabError STORE when the checksum does not fit. */
  cells(programming: ProgrammingId): ProgrammingCells {
    const row = this.#connection.first(cellsSchema, cellsSql, { programming });
    if (row === undefined) throw new RangeError(`there is no programming ${programming}`);
    const { target_siemens: target, outcomes, iterations, pulses, crc32 } = row;
    assertChecksum(
      `programming ${programming} in ${this.#connection.path}`,
      crc32,
      target,
      outcomes,
      iterations,
      pulses,
    );
    return {
      targetSiemens: float32From(target),
      outcomes: uint8From(outcomes),
      iterations: uint8From(iterations),
      pulses: uint16From(pulses),
    };
  }

  #deviceCount(tile: TileId): number {
    const region = this.#connection.first(regionSchema, "SELECT * FROM tiles WHERE id = @tile", { tile });
    if (region === undefined) throw new RangeError(`there is no tile ${tile}`);
    return cellCount(region);
  }
}

const factColumns = `id, tile_id, run_id, algorithm, parameters, started_chip, ended_chip, boot_note,
  converged, exhausted, stuck_low, stuck_high, skipped, unknown, pulse_count`;

const insertSql = `
  INSERT INTO programmings (tile_id, run_id, algorithm, parameters, started_chip, ended_chip, boot_note,
    converged, exhausted, stuck_low, stuck_high, skipped, unknown, pulse_count,
    target_siemens, outcomes, iterations, pulses, crc32)
  VALUES (@tile, @run, @algorithm, @parameters, @started, @ended, @bootNote,
    @converged, @exhausted, @stuckLow, @stuckHigh, @skipped, @unknown, @pulseCount,
    @target, @outcomes, @iterations, @pulses, @crc32)`;

const cellsSql =
  "SELECT target_siemens, outcomes, iterations, pulses, crc32 FROM programmings WHERE id = @programming";

const cellsSchema = z.object({
  target_siemens: blobColumn,
  outcomes: blobColumn,
  iterations: blobColumn,
  pulses: blobColumn,
  crc32: countColumn,
});

const factsSchema = z
  .object({
    id: z.number(),
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
