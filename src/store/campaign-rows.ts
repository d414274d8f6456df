/** What a store holds of campaigns: the types, and the rows that they come from. */

import { z } from "zod";
import type { UnitCells } from "../chip/mvm.ts";
import type { Region } from "../chip/region.ts";
import {
  type CalibrationId,
  type CampaignId,
  type ChipId,
  calibrationId,
  campaignId,
  chipId,
  countColumn,
  type JsonObject,
  jsonArrayColumn,
  jsonColumn,
  type ProbeId,
  type ProgrammingId,
  probeId,
  programmingId,
  type ReadoutId,
  type RunId,
  readoutId,
  runId,
  type SlotId,
  type SubjectId,
  slotId,
  subjectId,
  type TileId,
  tileId,
} from "./identity.ts";

export interface StoredCampaign {
  readonly id: CampaignId;
  /** That planned it. */
  readonly run: RunId;
  readonly chip: ChipId;
  readonly name: string;
  readonly plan: JsonObject;
  /** When it was planned: seconds of its timeline, and the host's time. */
  readonly plannedSeconds: number;
  readonly plannedWallSeconds: number;
}

/** How a time is known: from the chip's clock, or, where the board restarted in between, from the host's. */
export type KnownBy = "chip" | "wall";

/** What is read. */
export type Matter =
  | { readonly kind: "tile"; readonly programming: ProgrammingId; readonly region: Region }
  /** A full array, canaries, or any other rectangle. */
  | { readonly kind: "region"; readonly region: Region }
  | { readonly kind: "mvm"; readonly cells: UnitCells; readonly probe: ProbePlan }
  | { readonly kind: "calibration" }
  | { readonly kind: "temperature" };

/** The same inputs every time: random, from the seed. */
export interface ProbePlan {
  readonly seed: number;
  readonly vectors: number;
  readonly phases: 1 | 4;
}

export interface SubjectFacts {
  readonly name: string;
  readonly matter: Matter;
  /** Seconds of the timeline at which its age is 0. */
  readonly referenceSeconds: number;
  readonly referenceKnownBy: KnownBy;
}

export interface Subject extends SubjectFacts {
  readonly id: SubjectId;
  /** Of a subject that is a tile. */
  readonly tile: TileId | null;
}

export interface Slot {
  readonly id: SlotId;
  readonly subject: SubjectId;
  readonly ageSeconds: number;
  /** Seconds of the timeline; never changes. */
  readonly dueSeconds: number;
  /** Null while it is open. */
  readonly outcome: SlotOutcome | null;
}

export const outcomeKinds = ["read", "late", "missed", "failed"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface OutcomeFacts {
  readonly run: RunId;
  readonly kind: OutcomeKind;
  /** Why it is late, missed or failed. */
  readonly reason: string | null;
  /** Seconds of the timeline of the first and the last conversion; null when nothing was read. */
  readonly startedSeconds: number | null;
  readonly endedSeconds: number | null;
  readonly knownBy: KnownBy | null;
  readonly wallSeconds: number;
  /** That a calibration check made. */
  readonly calibration: CalibrationId | null;
  /** One of a tile; of a region one for each band that was read at once. */
  readonly readouts: readonly ReadoutId[];
}

export interface SlotOutcome extends OutcomeFacts {
  readonly temperatureKelvin: number | null;
  readonly probe: ProbeId | null;
}

export type CampaignState = "planned" | "running" | "paused" | "stopped" | "finished";

export interface StateEntry {
  readonly run: RunId | null;
  readonly state: CampaignState;
  readonly reason: string | null;
  /** Seconds of the timeline; null where nobody asked the chip. */
  readonly atSeconds: number | null;
  readonly wallSeconds: number;
}

/** A power-up of the board: seconds of the timeline = chip seconds + offset. */
export interface Boot {
  readonly bootId: number;
  readonly offsetSeconds: number;
  readonly knownBy: KnownBy;
  /** Of the offset; 0 where the chip clock tells all, null where only a lower bound is known. */
  readonly uncertaintySeconds: number | null;
  /** The latest look at the chip clock, in seconds of the timeline, and the host's time then. */
  readonly anchorSeconds: number;
  readonly anchorWallSeconds: number;
}

/** What the line to the board did, in the run that is or was last under way. */
export interface StoredLinkReport {
  readonly run: RunId;
  readonly wallSeconds: number;
  readonly report: JsonObject;
}

export interface StoredTemperature {
  readonly slot: SlotId;
  readonly atSeconds: number;
  readonly kelvin: number;
}

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
