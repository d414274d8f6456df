/** Checkpoints of the tiles that are being programmed: from them, and a reading, another process goes on. */

import { z } from "zod";
import { concatBytes } from "../core/bytes.ts";
import { LabError, textOf } from "../core/errors.ts";
import { assertChecksum, blobOf, checksum, uint8From, uint16From } from "./blob.ts";
import type { Connection, Parameters } from "./connection.ts";
import { blobColumn, countColumn, type TileId } from "./identity.ts";
import { patched, patchOf } from "./patch.ts";

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
  /** Bytes of the algorithm's own, which do not change any more. */
  readonly state: Uint8Array;
  /** Of each device of the band, those included that may not have been applied. */
  readonly pulses: Uint16Array;
}

/** State and pulses that were saved last of a band by this object. */
type Saved = readonly [Uint8Array, Uint8Array];

/** A longer patch is worth a whole checkpoint, after which none has to be applied. */
const longestPatchShare = 1 / 4;

export class Checkpoints {
  readonly #connection: Connection;
  readonly #saved = new Map<string, Saved>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Takes the place of the band's checkpoint before. There is one for every verifying read, and to wait for the disk takes as long as
   * the reading: `Store.quickly` does not.
   */
  save(tile: TileId, { band, state, pulses, bootId, startedSeconds, endedSeconds }: Checkpoint): void {
    const saved: Saved = [state, blobOf(pulses.slice())];
    const facts = {
      ...{ tile, band, boot: bootId, crc32: checksum(...saved) },
      ...{ started: startedSeconds ?? null, ended: endedSeconds ?? null },
    };
    const key = `${tile}:${band}`;
    const before = this.#saved.get(key);
    const patch = before?.[0].length === state.length ? smallPatch(before, saved) : undefined;
    // Forgotten first: when this fails nobody knows which of the two the file has.
    this.#saved.delete(key);
    if (patch !== undefined) this.#connection.run(savePatchSql, { ...facts, patch });
    else this.#saveWhole({ ...facts, state, pulses: saved[1] });
    this.#saved.set(key, saved);
  }

  /** In the order of the bands. @throws LabError STORE when one is damaged. */
  of(tile: TileId): Checkpoint[] {
    const patches = this.#connection.all(patchRowSchema, patchesSql, { tile });
    return this.#connection
      .all(rowSchema, "SELECT * FROM checkpoints WHERE tile_id = @tile ORDER BY band", { tile })
      .map(({ state, pulses, ...whole }) => {
        const own = patches.filter(({ band }) => band === whole.band);
        const { crc32, ...facts } = own.at(-1)?.facts ?? whole;
        const what = `the checkpoint of tile ${tile}, band ${whole.band} in ${this.#connection.path}`;
        const bytes = withPatches(
          what,
          concatBytes([state, pulses]),
          own.map(({ patch }) => patch),
        );
        assertChecksum(what, crc32, bytes);
        return {
          ...facts,
          state: uint8From(bytes.subarray(0, state.length)),
          pulses: uint16From(bytes.subarray(state.length)),
        };
      });
  }

  /** The tile is programmed. */
  clear(tile: TileId): void {
    this.#connection.transaction(() => {
      this.#connection.run("DELETE FROM checkpoint_patches WHERE tile_id = @tile", { tile });
      this.#connection.run("DELETE FROM checkpoints WHERE tile_id = @tile", { tile });
    });
    this.#saved.clear();
  }

  /** A run begins, and what an earlier one left under way is begun anew. */
  clearAll(): void {
    this.#connection.transaction(() => {
      this.#connection.run("DELETE FROM checkpoint_patches");
      this.#connection.run("DELETE FROM checkpoints");
    });
    this.#saved.clear();
  }

  #saveWhole(row: Parameters & { readonly tile: TileId; readonly band: number }): void {
    const { tile, band } = row;
    this.#connection.transaction(() => {
      this.#connection.run(deletePatchesSql, { tile, band });
      this.#connection.run(saveSql, row);
    });
  }
}

const saveSql = `
  INSERT OR REPLACE INTO checkpoints (tile_id, band, state, pulses, boot_id, started_chip, ended_chip, crc32)
  VALUES (@tile, @band, @state, @pulses, @boot, @started, @ended, @crc32)`;

const savePatchSql = `
  INSERT INTO checkpoint_patches (tile_id, band, patch, boot_id, started_chip, ended_chip, crc32)
  VALUES (@tile, @band, @patch, @boot, @started, @ended, @crc32)`;

const deletePatchesSql = "DELETE FROM checkpoint_patches WHERE tile_id = @tile AND band = @band";

const patchesSql = `
  SELECT band, patch, boot_id, started_chip, ended_chip, crc32 FROM checkpoint_patches
  WHERE tile_id = @tile ORDER BY id`;

const factsSchema = z.object({
  band: countColumn,
  boot_id: countColumn,
  started_chip: z.number().nullable(),
  ended_chip: z.number().nullable(),
  crc32: countColumn,
});

const factsOf = (row: z.infer<typeof factsSchema>) => ({
  band: row.band,
  bootId: row.boot_id,
  startedSeconds: row.started_chip ?? undefined,
  endedSeconds: row.ended_chip ?? undefined,
  crc32: row.crc32,
});

const rowSchema = factsSchema
  .extend({ state: blobColumn, pulses: blobColumn })
  .transform((row) => ({ ...factsOf(row), state: row.state, pulses: row.pulses }));

const patchRowSchema = factsSchema
  .extend({ patch: blobColumn })
  .transform((row) => ({ band: row.band, facts: factsOf(row), patch: row.patch }));

/** @throws LabError STORE for patches that are none of these bytes. */
function withPatches(what: string, whole: Uint8Array, patches: readonly Uint8Array[]): Uint8Array {
  try {
    return patches.reduce(patched, whole);
  } catch (cause) {
    throw new LabError("STORE", `${what} is damaged: ${textOf(cause)}`, {
      next: "restore the store from a copy",
      cause,
    });
  }
}

/** Undefined when so much changed that the whole is not much longer. */
function smallPatch(before: Saved, after: Saved): Uint8Array | undefined {
  const patch = patchOf(before, after);
  return patch.length <= longestPatchShare * (after[0].length + after[1].length) ? patch : undefined;
}
