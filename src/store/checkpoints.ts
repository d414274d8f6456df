/** Checkpoints of the tiles that are being programmed: from them, and a reading, another process goes on. */

import { z } from "zod";
import { assertChecksum, blobOf, checksum, uint8From, uint16From } from "./blob.ts";
import type { Connection } from "./connection.ts";
import { blobColumn, countColumn, type TileId } from "./identity.ts";

/** Chip times of the pulses of a tile in one power-up (s). */
export interface PulseSpan {
  readonly bootId: number;
  /** Before the first and after the last pulse that was acknowledged; undefined before any. */
  readonly startedSeconds: number | undefined;
  readonly endedSeconds: number | undefined;
}

export interface Checkpoint extends PulseSpan {
  /** Number of the band, from the first row of the tile on. */
  readonly band: number;
  /** Bytes of the algorithm's own. */
  readonly state: Uint8Array;
  /** Of each device of the band, those included that may not have been applied. */
  readonly pulses: Uint16Array;
}

export class Checkpoints {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Takes the place of the band's checkpoint before. It outlives the process, and the host's power from the next other change of the
   * store on: there is one for every verifying read, and to wait for the disk takes as long as the reading.
   */
  save(tile: TileId, { band, state, pulses, bootId, startedSeconds, endedSeconds }: Checkpoint): void {
    const counts = blobOf(pulses);
    this.#quickly(() =>
      this.#connection.run(saveSql, {
        tile,
        band,
        state,
        pulses: counts,
        boot: bootId,
        started: startedSeconds ?? null,
        ended: endedSeconds ?? null,
        crc32: checksum(state, counts),
      }),
    );
  }

  /** In the order of the bands. @throws LabError STORE when one is damaged. */
  of(tile: TileId): Checkpoint[] {
    return this.#connection
      .all(rowSchema, "SELECT * FROM checkpoints WHERE tile_id = @tile ORDER BY band", { tile })
      .map(({ crc32, state, pulses, ...facts }) => {
        assertChecksum(
          `the checkpoint of tile ${tile}, band ${facts.band} in ${this.#connection.path}`,
          crc32,
          state,
          pulses,
        );
        return { ...facts, state: uint8From(state), pulses: uint16From(pulses) };
      });
  }

  /** The tile is programmed. */
  clear(tile: TileId): void {
    this.#connection.run("DELETE FROM checkpoints WHERE tile_id = @tile", { tile });
  }

  #quickly(work: () => void): void {
    this.#connection.pragma("synchronous = NORMAL");
    try {
      work();
    } finally {
      this.#connection.pragma("synchronous = FULL");
    }
  }
}

const saveSql = `
  INSERT OR REPLACE INTO checkpoints (tile_id, band, state, pulses, boot_id, started_chip, ended_chip, crc32)
  VALUES (@tile, @band, @state, @pulses, @boot, @started, @ended, @crc32)`;

const rowSchema = z
  .object({
    band: countColumn,
    state: blobColumn,
    pulses: blobColumn,
    boot_id: countColumn,
    started_chip: z.number().nullable(),
    ended_chip: z.number().nullable(),
    crc32: countColumn,
  })
  .transform((row) => ({
    band: row.band,
    state: row.state,
    pulses: row.pulses,
    bootId: row.boot_id,
    startedSeconds: row.started_chip ?? undefined,
    endedSeconds: row.ended_chip ?? undefined,
    crc32: row.crc32,
  }));
