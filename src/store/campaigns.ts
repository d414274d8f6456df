/** Campaigns: a plan that is written first, its slots, and the journal of what became of them. */

import { z } from "zod";
import {
  type Boot,
  bootRow,
  campaignRow,
  linkRow,
  type Matter,
  type OutcomeFacts,
  type Slot,
  type StateEntry,
  type StoredCampaign,
  type StoredLinkReport,
  type StoredTemperature,
  type Subject,
  type SubjectFacts,
  slotRow,
  stateRow,
  subjectRow,
  temperatureRow,
} from "./campaign-rows.ts";
import type { Connection } from "./connection.ts";
import {
  type CampaignId,
  type ChipId,
  campaignId,
  type ProgrammingId,
  type RunId,
  type SlotId,
  valueRow,
} from "./identity.ts";
import { type NewProbe, Probes } from "./mvm-probes.ts";

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

export const requests = ["pause", "resume", "stop"] as const;
export type CampaignRequest = (typeof requests)[number];

export class Campaigns {
  readonly #connection: Connection;
  readonly #probes: Probes;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#probes = new Probes(connection);
  }

  /** Writes the plan with all its slots, in one transaction; its state is "planned". */
  add(campaign: NewCampaign): CampaignId {
    const { run, chip, name, plannedSeconds: planned, plannedWallSeconds: wall } = campaign;
    return this.#connection.transaction(() => {
      const plan = JSON.stringify(campaign.plan);
      const id = campaignId(this.#connection.run(insertSql, { run, chip, name, plan, planned, wall }));
      for (const subject of campaign.subjects) this.#addSubject(id, subject);
      this.putBoot(id, campaign.boot);
      this.enter(id, { run, state: "planned", reason: null, atSeconds: planned, wallSeconds: wall });
      return id;
    });
  }

  /** All of them, oldest first. */
  list(): StoredCampaign[] {
    return this.#connection.all(campaignRow, "SELECT * FROM campaigns ORDER BY id");
  }

  /** In the order of the plan. */
  subjects(campaign: CampaignId): Subject[] {
    return this.#connection.all(subjectRow, subjectsSql, { campaign });
  }

  /** In the order in which they fall due. */
  slots(campaign: CampaignId): Slot[] {
    return this.#connection.all(slotRow, slotsSql, { campaign });
  }

  /**
   * To be called in the transaction that stores what was read.
   * @throws LabError STORE when the slot has an outcome already.
   */
  addOutcome(outcome: NewOutcome): void {
    const { slot, readouts, probe, temperatureKelvin } = outcome;
    this.#connection.transaction(() => {
      this.#connection.run(outcomeSql, {
        slot,
        run: outcome.run,
        kind: outcome.kind,
        reason: outcome.reason,
        started: outcome.startedSeconds,
        ended: outcome.endedSeconds,
        clock: outcome.knownBy,
        wall: outcome.wallSeconds,
        calibration: outcome.calibration,
      });
      for (const readout of readouts)
        this.#connection.run("INSERT INTO slot_readouts VALUES (@slot, @readout)", { slot, readout });
      if (probe !== null) this.#probes.add(slot, probe);
      if (temperatureKelvin === null) return;
      const at = outcome.startedSeconds;
      this.#connection.run("INSERT INTO temperatures VALUES (@slot, @at, @kelvin)", {
        slot,
        at,
        kelvin: temperatureKelvin,
      });
    });
  }

  /** By their time, rising. */
  temperatures(campaign: CampaignId): StoredTemperature[] {
    return this.#connection.all(temperatureRow, temperaturesSql, { campaign });
  }

  /** Without their codes, by their time, rising. */
  probes(campaign: CampaignId): ReturnType<Probes["of"]> {
    return this.#probes.of(campaign);
  }

  /** @throws LabError STORE when the checksum does not fit. */
  probeCodes(probe: Parameters<Probes["codes"]>[0]): ReturnType<Probes["codes"]> {
    return this.#probes.codes(probe);
  }

  /** The journal of states, oldest first. */
  states(campaign: CampaignId): StateEntry[] {
    const sql = "SELECT * FROM campaign_states WHERE campaign_id = @campaign ORDER BY id";
    return this.#connection.all(stateRow, sql, { campaign });
  }

  /** What it is doing now, or was when its process ended. @throws RangeError when there is no such campaign. */
  state(campaign: CampaignId): StateEntry {
    const sql = "SELECT * FROM campaign_states WHERE campaign_id = @campaign ORDER BY id DESC LIMIT 1";
    const entry = this.#connection.first(stateRow, sql, { campaign });
    if (entry === undefined) throw new RangeError(`there is no campaign ${campaign}`);
    return entry;
  }

  enter(campaign: CampaignId, { run, state, reason, atSeconds, wallSeconds }: StateEntry): void {
    this.#connection.run(stateSql, { campaign, run, state, reason, at: atSeconds, wall: wallSeconds });
  }

  /** Asks the process that runs the campaign; a newer request takes the place of one that it has not seen. */
  ask(campaign: CampaignId, request: CampaignRequest, wallSeconds: number): void {
    this.#connection.run("INSERT OR REPLACE INTO campaign_requests VALUES (@campaign, @request, @wall)", {
      campaign,
      request,
      wall: wallSeconds,
    });
  }

  request(campaign: CampaignId): CampaignRequest | undefined {
    const sql = "SELECT request FROM campaign_requests WHERE campaign_id = @campaign";
    return this.#connection.first(requestRow, sql, { campaign })?.request;
  }

  /** The request was seen. */
  forgetRequest(campaign: CampaignId): void {
    this.#connection.run("DELETE FROM campaign_requests WHERE campaign_id = @campaign", { campaign });
  }

  /** The power-ups of the board that it has met, oldest first. */
  boots(campaign: CampaignId): Boot[] {
    const sql = "SELECT * FROM campaign_boots WHERE campaign_id = @campaign ORDER BY id";
    return this.#connection.all(bootRow, sql, { campaign });
  }

  /** A power-up that is known already gets a newer anchor; its offset stays. */
  putBoot(campaign: CampaignId, boot: Boot): void {
    this.#connection.run(bootSql, {
      campaign,
      boot: boot.bootId,
      offset: boot.offsetSeconds,
      clock: boot.knownBy,
      uncertainty: boot.uncertaintySeconds,
      anchor: boot.anchorSeconds,
      wall: boot.anchorWallSeconds,
    });
  }

  /** The newest of a campaign takes the place of the one before. @param report plain JSON. */
  putLinkReport(campaign: CampaignId, run: RunId, wallSeconds: number, report: object): void {
    this.#connection.run("INSERT OR REPLACE INTO campaign_links VALUES (@campaign, @run, @wall, @report)", {
      campaign,
      run,
      wall: wallSeconds,
      report: JSON.stringify(report),
    });
  }

  linkReport(campaign: CampaignId): StoredLinkReport | undefined {
    const sql = "SELECT run_id, wall, report FROM campaign_links WHERE campaign_id = @campaign";
    return this.#connection.first(linkRow, sql, { campaign });
  }

  /** The host's time when a programming ended, from its first readout; undefined when it has none. */
  programmedWallSeconds(programming: ProgrammingId): number | undefined {
    return this.#connection.first(valueRow, programmedWallSql, { programming })?.value;
  }

  #addSubject(campaign: CampaignId, { agesSeconds, ...subject }: NewSubject): void {
    const columns = matterColumns(subject.matter);
    const id = this.#connection.run(subjectSql, {
      campaign,
      name: subject.name,
      reference: subject.referenceSeconds,
      clock: subject.referenceKnownBy,
      ...columns,
    });
    const sql = "INSERT INTO campaign_slots (subject_id, age, due) VALUES (@id, @age, @due)";
    for (const age of agesSeconds)
      this.#connection.run(sql, { id, age, due: subject.referenceSeconds + age });
  }
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

const subjectsSql = `
  SELECT s.*, p.tile_id FROM campaign_subjects s LEFT JOIN v_programmings p ON p.id = s.programming_id
  WHERE s.campaign_id = @campaign ORDER BY s.id`;

const slotsSql = `
  SELECT l.id, l.subject_id, l.age, l.due, o.outcome, o.run_id, o.reason, o.started, o.ended, o.clock, o.wall,
    o.calibration_id, t.kelvin, p.id AS probe_id,
    (SELECT json_group_array(readout_id) FROM slot_readouts r WHERE r.slot_id = l.id) AS readouts
  FROM campaign_slots l JOIN campaign_subjects s ON s.id = l.subject_id LEFT JOIN slot_outcomes o ON o.slot_id = l.id
    LEFT JOIN temperatures t ON t.slot_id = l.id LEFT JOIN mvm_probes p ON p.slot_id = l.id
  WHERE s.campaign_id = @campaign ORDER BY l.due, l.id`;

const outcomeSql = `
  INSERT INTO slot_outcomes (slot_id, run_id, outcome, reason, started, ended, clock, wall, calibration_id)
  VALUES (@slot, @run, @kind, @reason, @started, @ended, @clock, @wall, @calibration)`;

const temperaturesSql = `
  SELECT t.* FROM temperatures t JOIN campaign_slots l ON l.id = t.slot_id JOIN campaign_subjects s ON s.id = l.subject_id
  WHERE s.campaign_id = @campaign ORDER BY t.measured, t.slot_id`;

const stateSql = `
  INSERT INTO campaign_states (campaign_id, run_id, state, reason, at, wall)
  VALUES (@campaign, @run, @state, @reason, @at, @wall)`;

const bootSql = `
  INSERT INTO campaign_boots (campaign_id, boot_id, offset, clock, uncertainty, anchor, anchor_wall)
  VALUES (@campaign, @boot, @offset, @clock, @uncertainty, @anchor, @wall)
  ON CONFLICT (campaign_id, boot_id) DO UPDATE SET anchor = @anchor, anchor_wall = @wall`;

const programmedWallSql = `
  SELECT o.read_wall - (o.last_sample_chip - p.ended_chip) AS value
  FROM readouts o JOIN programmings p ON p.id = o.programming_id
  WHERE o.programming_id = @programming ORDER BY o.id LIMIT 1`;

const requestRow = z.object({ request: z.enum(requests) });
