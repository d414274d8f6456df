/** The rows of a campaign as they come out of a store. */

import { z } from "zod";
import type { UnitCells } from "../chip/mvm.ts";
import {
  type Boot,
  type KnownBy,
  type Matter,
  type OutcomeKind,
  outcomeKinds,
  type Slot,
  type SlotOutcome,
  type StateEntry,
  type StoredCampaign,
  type StoredLinkReport,
  type StoredTemperature,
  type Subject,
} from "./campaign-rows.ts";
import {
  calibrationId,
  campaignId,
  chipId,
  countColumn,
  jsonArrayColumn,
  jsonColumn,
  probeId,
  programmingId,
  readoutId,
  runId,
  slotId,
  subjectId,
  tileId,
} from "./identity.ts";

export const campaignRow = z
  .object({
    id: z.number(),
    run_id: z.number(),
    chip_id: z.number(),
    name: z.string(),
    plan: jsonColumn,
    planned: z.number(),
    planned_wall: z.number(),
  })
  .transform(
    (row): StoredCampaign => ({
      id: campaignId(row.id),
      run: runId(row.run_id),
      chip: chipId(row.chip_id),
      name: row.name,
      plan: row.plan,
      plannedSeconds: row.planned,
      plannedWallSeconds: row.planned_wall,
    }),
  );

const knownBy = z.enum(["chip", "wall"]);
const phases = z.union([z.literal(1), z.literal(4)]);

/** Columns of a subject by its kind; what a kind has not is null. */
const matterRow = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("tile"), programming_id: z.number(), array_index: countColumn, ...rectangle() }),
  z.object({ kind: z.literal("region"), array_index: countColumn, ...rectangle() }),
  z.object({ kind: z.literal("mvm"), mvm: jsonColumn, ...rectangle() }),
  z.object({ kind: z.literal("calibration") }),
  z.object({ kind: z.literal("temperature") }),
]);

function rectangle() {
  return {
    region_row: countColumn,
    region_column: countColumn,
    region_rows: countColumn,
    region_columns: countColumn,
  };
}

const probePlan = z.object({ seed: countColumn, vectors: countColumn, phases });

function matterOf(row: z.output<typeof matterRow>): Matter {
  switch (row.kind) {
    case "tile": {
      const region = { array: row.array_index, ...unitCellsOf(row) };
      return { kind: "tile", programming: programmingId(row.programming_id), region };
    }
    case "region":
      return { kind: "region", region: { array: row.array_index, ...unitCellsOf(row) } };
    case "mvm":
      return { kind: "mvm", cells: unitCellsOf(row), probe: probePlan.parse(row.mvm) };
    case "calibration":
    case "temperature":
      return { kind: row.kind };
    default:
      return row satisfies never;
  }
}

const unitCellsOf = (row: {
  region_row: number;
  region_column: number;
  region_rows: number;
  region_columns: number;
}): UnitCells => ({
  row: row.region_row,
  column: row.region_column,
  rows: row.region_rows,
  columns: row.region_columns,
});

export const subjectRow = z
  .looseObject({
    id: z.number(),
    name: z.string(),
    reference: z.number(),
    reference_clock: knownBy,
    tile_id: z.number().nullable(),
  })
  .transform(
    (row): Subject => ({
      id: subjectId(row.id),
      name: row.name,
      matter: matterOf(matterRow.parse(row)),
      referenceSeconds: row.reference,
      referenceKnownBy: row.reference_clock,
      tile: row.tile_id === null ? null : tileId(row.tile_id),
    }),
  );

const openSlotRow = { id: z.number(), subject_id: z.number(), age: z.number(), due: z.number() };

const slotFacts = (row: { id: number; subject_id: number; age: number; due: number }) => ({
  id: slotId(row.id),
  subject: subjectId(row.subject_id),
  ageSeconds: row.age,
  dueSeconds: row.due,
});

export const slotRow = z
  .object({
    ...openSlotRow,
    outcome: z.enum(outcomeKinds).nullable(),
    run_id: z.number().nullable(),
    reason: z.string().nullable(),
    started: z.number().nullable(),
    ended: z.number().nullable(),
    clock: knownBy.nullable(),
    wall: z.number().nullable(),
    calibration_id: z.number().nullable(),
    readouts: jsonArrayColumn(z.number()),
    kelvin: z.number().nullable(),
    probe_id: z.number().nullable(),
  })
  .transform((row): Slot => ({ ...slotFacts(row), outcome: outcomeOf(row) }));

function outcomeOf(row: {
  outcome: OutcomeKind | null;
  run_id: number | null;
  reason: string | null;
  started: number | null;
  ended: number | null;
  clock: KnownBy | null;
  wall: number | null;
  calibration_id: number | null;
  readouts: number[];
  kelvin: number | null;
  probe_id: number | null;
}): SlotOutcome | null {
  if (row.outcome === null || row.run_id === null || row.wall === null) return null;
  return {
    run: runId(row.run_id),
    kind: row.outcome,
    reason: row.reason,
    startedSeconds: row.started,
    endedSeconds: row.ended,
    knownBy: row.clock,
    wallSeconds: row.wall,
    calibration: row.calibration_id === null ? null : calibrationId(row.calibration_id),
    readouts: row.readouts.map(readoutId),
    temperatureKelvin: row.kelvin,
    probe: row.probe_id === null ? null : probeId(row.probe_id),
  };
}

export const stateRow = z
  .object({
    run_id: z.number().nullable(),
    state: z.enum(["planned", "running", "paused", "stopped", "finished"]),
    reason: z.string().nullable(),
    at: z.number().nullable(),
    wall: z.number(),
  })
  .transform(
    (row): StateEntry => ({
      run: row.run_id === null ? null : runId(row.run_id),
      state: row.state,
      reason: row.reason,
      atSeconds: row.at,
      wallSeconds: row.wall,
    }),
  );

export const bootRow = z
  .object({
    boot_id: z.number(),
    offset: z.number(),
    clock: knownBy,
    uncertainty: z.number().nullable(),
    anchor: z.number(),
    anchor_wall: z.number(),
  })
  .transform(
    (row): Boot => ({
      bootId: row.boot_id,
      offsetSeconds: row.offset,
      knownBy: row.clock,
      uncertaintySeconds: row.uncertainty,
      anchorSeconds: row.anchor,
      anchorWallSeconds: row.anchor_wall,
    }),
  );

export const linkRow = z
  .object({ run_id: z.number(), wall: z.number(), report: jsonColumn })
  .transform(
    (row): StoredLinkReport => ({ run: runId(row.run_id), wallSeconds: row.wall, report: row.report }),
  );

export const temperatureRow = z
  .object({ slot_id: z.number(), measured: z.number(), kelvin: z.number() })
  .transform(
    (row): StoredTemperature => ({ slot: slotId(row.slot_id), atSeconds: row.measured, kelvin: row.kelvin }),
  );
