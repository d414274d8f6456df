/** Writes campaigns: the plan with its subjects and slots, and the outcomes of slots. Each is part of a transaction of the caller's. */

import type { Boot, Matter, OutcomeFacts, SubjectFacts } from "./campaign-rows.ts";
import type { Connection } from "./connection.ts";
import { type CampaignId, type ChipId, campaignId, type RunId, type SlotId } from "./identity.ts";
import type { NewProbe } from "./mvm-probes.ts";

export interface NewSubject extends SubjectFacts {
  /** Seconds since its reference, rising. */
  readonly agesSeconds: readonly number[];
}

export interface NewCampaign {
  readonly run: RunId;
  readonly chip: ChipId;
  readonly name: string;
  /** Plain JSON. */
  readonly plan: object;
  readonly plannedSeconds: number;
  readonly plannedWallSeconds: number;
  readonly subjects: readonly NewSubject[];
  readonly boot: Boot;
}

export interface NewOutcome extends OutcomeFacts {
  readonly slot: SlotId;
  readonly temperatureKelvin: number | null;
  readonly probe: NewProbe | null;
}

export function insertCampaign(connection: Connection, campaign: NewCampaign): CampaignId {
  const { run, chip, name, plannedSeconds: planned, plannedWallSeconds: wall } = campaign;
  const plan = JSON.stringify(campaign.plan);
  const id = campaignId(connection.run(insertSql, { run, chip, name, plan, planned, wall }));
  for (const subject of campaign.subjects) insertSubject(connection, id, subject);
  return id;
}

function insertSubject(
  connection: Connection,
  campaign: CampaignId,
  { agesSeconds, name, matter, referenceSeconds, referenceKnownBy }: NewSubject,
): void {
  const facts = { campaign, name, reference: referenceSeconds, clock: referenceKnownBy };
  const id = connection.run(subjectSql, { ...facts, ...matterColumns(matter) });
  const sql = "INSERT INTO campaign_slots (subject_id, age, due) VALUES (@id, @age, @due)";
  for (const age of agesSeconds) connection.run(sql, { id, age, due: referenceSeconds + age });
}

/** Without the codes of a probe. */
export function insertOutcome(connection: Connection, outcome: NewOutcome): void {
  const { slot, readouts, temperatureKelvin: kelvin, startedSeconds } = outcome;
  connection.run(outcomeSql, {
    slot,
    run: outcome.run,
    kind: outcome.kind,
    reason: outcome.reason,
    started: startedSeconds,
    ended: outcome.endedSeconds,
    clock: outcome.knownBy,
    wall: outcome.wallSeconds,
    calibration: outcome.calibration,
  });
  for (const readout of readouts)
    connection.run("INSERT INTO slot_readouts VALUES (@slot, @readout)", { slot, readout });
  if (kelvin !== null)
    connection.run("INSERT INTO temperatures VALUES (@slot, @startedSeconds, @kelvin)", {
      slot,
      startedSeconds,
      kelvin,
    });
}

const nothing = {
  programming: null,
  array: null,
  row: null,
  column: null,
  rows: null,
  columns: null,
  mvm: null,
} as const;

function matterColumns(matter: Matter) {
  const { kind } = matter;
  switch (kind) {
    case "tile":
      return { ...nothing, kind, programming: matter.programming, ...matter.region };
    case "region":
      return { ...nothing, kind, ...matter.region };
    case "mvm":
      return { ...nothing, kind, ...matter.cells, mvm: JSON.stringify(matter.probe) };
    case "calibration":
    case "temperature":
      return { ...nothing, kind };
    default:
      return kind satisfies never;
  }
}

const insertSql = `
  INSERT INTO campaigns (run_id, chip_id, name, plan, planned, planned_wall)
  VALUES (@run, @chip, @name, @plan, @planned, @wall)`;

const subjectSql = `
  INSERT INTO campaign_subjects (campaign_id, kind, name, reference, reference_clock, programming_id,
    array_index, region_row, region_column, region_rows, region_columns, mvm)
  VALUES (@campaign, @kind, @name, @reference, @clock, @programming, @array, @row, @column, @rows, @columns, @mvm)`;

const outcomeSql = `
  INSERT INTO slot_outcomes (slot_id, run_id, outcome, reason, started, ended, clock, wall, calibration_id)
  VALUES (@slot, @run, @kind, @reason, @started, @ended, @clock, @wall, @calibration)`;
