/** Campaigns: a plan that is written first, its slots, and the journal of what became of them. */

import { z } from "zod";
import {
  bootRow,
  campaignRow,
  linkRow,
  slotRow,
  stateRow,
  subjectRow,
  temperatureRow,
} from "./campaign-columns.ts";
import { insertCampaign, insertOutcome, type NewCampaign, type NewOutcome } from "./campaign-inserts.ts";
import type {
  Boot,
  Slot,
  StateEntry,
  StoredCampaign,
  StoredLinkReport,
  StoredTemperature,
  Subject,
} from "./campaign-rows.ts";
import type { Connection } from "./connection.ts";
import { type CampaignId, type ProgrammingId, type RunId, valueRow } from "./identity.ts";
import { Probes } from "./mvm-probes.ts";

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
    const { run, plannedSeconds: atSeconds, plannedWallSeconds: wallSeconds } = campaign;
    return this.#connection.transaction(() => {
      const id = insertCampaign(this.#connection, campaign);
      this.putBoot(id, campaign.boot);
      this.enter(id, { run, state: "planned", reason: null, atSeconds, wallSeconds });
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
    this.#connection.transaction(() => {
      insertOutcome(this.#connection, outcome);
      if (outcome.probe !== null) this.#probes.add(outcome.slot, outcome.probe);
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

  /** The request was seen; another one that has come since stays. */
  forgetRequest(campaign: CampaignId, request: CampaignRequest): void {
    const sql = "DELETE FROM campaign_requests WHERE campaign_id = @campaign AND request = @request";
    this.#connection.run(sql, { campaign, request });
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
}

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
