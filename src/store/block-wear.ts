/** How worn a programming run leaves the cells of its blocks: where the chip's ledger counts more, somebody else has pulsed them since. */

import type { Connection } from "./connection.ts";
import { type TileId, valueRow } from "./identity.ts";

export class BlockWear {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @param pulses the most that the ledger counts for all cells of the block together by the run's own doing. */
  keep(tile: TileId, pulses: number): void {
    this.#connection.run("INSERT OR REPLACE INTO block_wear VALUES (@tile, @pulses)", { tile, pulses });
  }

  /** Undefined for a block that was not begun, or was by an older version. */
  of(tile: TileId): number | undefined {
    const sql = "SELECT pulses AS value FROM block_wear WHERE tile_id = @tile";
    return this.#connection.first(valueRow, sql, { tile })?.value;
  }

  /** For a run that begins. */
  clear(): void {
    this.#connection.run("DELETE FROM block_wear");
  }
}
