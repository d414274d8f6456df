/** The one chip of a store, as it described itself to each run. */

import { z } from "zod";
import { chipIdentity, type Descriptor, descriptorSchema } from "../chip/descriptor.ts";
import { LabError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { type ChipId, chipId, jsonColumn, type RunId } from "./identity.ts";

export interface StoredChip {
  readonly id: ChipId;
  readonly descriptor: Descriptor;
}

export class Chips {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Records that a run speaks to this chip.
   * @throws LabError STORE_CONTENT when the store belongs to another chip.
   */
  attach(run: RunId, descriptor: Descriptor): ChipId {
    return this.#connection.transaction(() => {
      this.assertSame(descriptor);
      const chip = this.#find(descriptor) ?? this.#insert(descriptor);
      this.#connection.run("UPDATE runs SET chip_id = @chip WHERE id = @run", { chip, run });
      return chip;
    });
  }

  /** The chip as it last described itself, or undefined before a run has spoken to one. */
  latest(): StoredChip | undefined {
    return this.#connection.first(rowSchema, latestSql);
  }

  /** The chip of a run; undefined when it spoke to none. */
  of(run: RunId): StoredChip | undefined {
    const sql = "SELECT c.id, c.descriptor FROM runs r JOIN chips c ON c.id = r.chip_id WHERE r.id = @run";
    return this.#connection.first(rowSchema, sql, { run });
  }

  /** @throws LabError STORE_CONTENT when the store belongs to another chip. */
  assertSame(descriptor: Descriptor): void {
    const known = this.latest()?.descriptor;
    if (known === undefined || chipIdentity(known) === chipIdentity(descriptor)) return;
    throw new LabError(
      "STORE_CONTENT",
      `${this.#connection.path} belongs to chip ${chipIdentity(known)}; this is ${chipIdentity(descriptor)}`,
      { next: "give this chip its own file with --store, or connect the chip that the store belongs to" },
    );
  }

  #find(descriptor: Descriptor): ChipId | undefined {
    const row = this.#connection.first(idRow, "SELECT id FROM chips WHERE descriptor = @descriptor", {
      descriptor: JSON.stringify(descriptor),
    });
    return row?.id;
  }

  #insert(descriptor: Descriptor): ChipId {
    return chipId(
      this.#connection.run(insertSql, {
        manufacturer: descriptor.manufacturer,
        model: descriptor.model,
        serialNumber: descriptor.serialNumber,
        firmware: descriptor.firmware,
        emulated: descriptor.emulated ? 1 : 0,
        descriptor: JSON.stringify(descriptor),
      }),
    );
  }
}

/** A chip may go back to an older firmware and so to an older row: the latest run that spoke to it decides. */
const latestSql = `
  SELECT c.id, c.descriptor FROM runs r JOIN chips c ON c.id = r.chip_id ORDER BY r.id DESC LIMIT 1`;

const insertSql = `
  INSERT INTO chips (manufacturer, model, serial_number, firmware, emulated, descriptor)
  VALUES (@manufacturer, @model, @serialNumber, @firmware, @emulated, @descriptor)`;

const idRow = z.object({ id: z.number().transform(chipId) });

const rowSchema = z.object({
  id: z.number().transform(chipId),
  descriptor: jsonColumn.pipe(descriptorSchema),
});
