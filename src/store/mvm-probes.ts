/** MVM probes: raw codes of matrix-vector products in the array, with the inputs that they were asked for with. */

import { z } from "zod";
import type { MvmReadout, UnitCells } from "../chip/mvm.ts";
import { assertChecksum, blobOf, checksum, int8From, int16From } from "./blob.ts";
import type { Connection } from "./connection.ts";
import {
  blobColumn,
  type CampaignId,
  countColumn,
  type ProbeId,
  probeId,
  type SlotId,
  slotId,
} from "./identity.ts";

export type NewProbe = MvmReadout;

export interface StoredProbe extends Omit<MvmReadout, "inputs" | "outputs"> {
  readonly id: ProbeId;
  readonly slot: SlotId;
  readonly vectors: number;
}

/** Shapes vectors x rows and vectors x columns, vector by vector. */
export interface ProbeCodes {
  readonly inputs: Int8Array;
  readonly outputs: Int16Array;
}

export class Probes {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(slot: SlotId, probe: NewProbe): void {
    const { cells } = probe;
    const inputs = blobOf(probe.inputs);
    const outputs = blobOf(probe.outputs);
    this.#connection.run(insertSql, {
      slot,
      ...cells,
      vectors: probe.inputs.length / cells.rows,
      phases: probe.phases,
      first: probe.firstSampleSeconds,
      last: probe.lastSampleSeconds,
      kelvin: probe.temperatureKelvin,
      saturated: probe.saturatedOutputs,
      inputs,
      outputs,
      crc32: checksum(inputs, outputs),
    });
  }

  of(campaign: CampaignId): StoredProbe[] {
    return this.#connection.all(factsRow, factsSql, { campaign });
  }

  /** @throws LabError STORE when the checksum does not fit. */
  codes(probe: ProbeId): ProbeCodes {
    const sql = "SELECT inputs, outputs, crc32 FROM mvm_probes WHERE id = @probe";
    const row = this.#connection.first(codesRow, sql, { probe });
    if (row === undefined) throw new RangeError(`there is no MVM probe ${probe}`);
    assertChecksum(`MVM probe ${probe} in ${this.#connection.path}`, row.crc32, row.inputs, row.outputs);
    return { inputs: int8From(row.inputs), outputs: int16From(row.outputs) };
  }
}

const insertSql = `
  INSERT INTO mvm_probes (slot_id, region_row, region_column, region_rows, region_columns, vectors, phases,
    first_sample_chip, last_sample_chip, temperature_kelvin, saturated_outputs, inputs, outputs, crc32)
  VALUES (@slot, @row, @column, @rows, @columns, @vectors, @phases,
    @first, @last, @kelvin, @saturated, @inputs, @outputs, @crc32)`;

const factsSql = `
  SELECT p.id, p.slot_id, p.region_row, p.region_column, p.region_rows, p.region_columns, p.vectors, p.phases,
    p.first_sample_chip, p.last_sample_chip, p.temperature_kelvin, p.saturated_outputs
  FROM mvm_probes p JOIN campaign_slots l ON l.id = p.slot_id JOIN campaign_subjects s ON s.id = l.subject_id
  WHERE s.campaign_id = @campaign ORDER BY p.id`;

const factsRow = z
  .object({
    id: z.number(),
    slot_id: z.number(),
    region_row: countColumn,
    region_column: countColumn,
    region_rows: countColumn,
    region_columns: countColumn,
    vectors: countColumn,
    phases: z.union([z.literal(1), z.literal(4)]),
    first_sample_chip: z.number(),
    last_sample_chip: z.number(),
    temperature_kelvin: z.number(),
    saturated_outputs: countColumn,
  })
  .transform((row): StoredProbe => {
    const cells: UnitCells = {
      row: row.region_row,
      column: row.region_column,
      rows: row.region_rows,
      columns: row.region_columns,
    };
    return {
      id: probeId(row.id),
      slot: slotId(row.slot_id),
      cells,
      vectors: row.vectors,
      phases: row.phases,
      firstSampleSeconds: row.first_sample_chip,
      lastSampleSeconds: row.last_sample_chip,
      temperatureKelvin: row.temperature_kelvin,
      saturatedOutputs: row.saturated_outputs,
    };
  });

const codesRow = z.object({ inputs: blobColumn, outputs: blobColumn, crc32: countColumn });
