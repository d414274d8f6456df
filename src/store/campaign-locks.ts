/** Who runs the campaign of a chip: one process at a time, until a time that it prolongs while it lives. */

import { z } from "zod";
import { LabError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { type CampaignId, campaignId } from "./identity.ts";

export interface LockOwner {
  /** Random, new for every process. */
  readonly owner: string;
  /** Name of the machine, and the number of the process there. */
  readonly host: string;
  readonly process: number;
  /** Of the power-up of that machine; null when it does not say. */
  readonly hostBoot: string | null;
}

export interface CampaignLock extends LockOwner {
  /** As `chipIdentity` names it. */
  readonly chip: string;
  readonly campaign: CampaignId;
  readonly sinceWallSeconds: number;
  readonly untilWallSeconds: number;
}

export class CampaignLocks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The lock of a chip as it was written last, whether or not its time is over. */
  of(chip: string): CampaignLock | undefined {
    return this.#connection.first(lockRow, "SELECT * FROM campaign_locks WHERE chip = @chip", { chip });
  }

  list(): CampaignLock[] {
    return this.#connection.all(lockRow, "SELECT * FROM campaign_locks ORDER BY chip");
  }

  /**
   * Takes the lock.
   * @param mayTakeOver asked, within the transaction, about a lock of somebody else.
   * @returns the lock that stands in the way; undefined when it was taken.
   */
  take(lock: CampaignLock, mayTakeOver: (held: CampaignLock) => boolean): CampaignLock | undefined {
    return this.#connection.transaction(() => {
      const held = this.of(lock.chip);
      if (held !== undefined && held.owner !== lock.owner && !mayTakeOver(held)) return held;
      this.#connection.run(takeSql, {
        chip: lock.chip,
        campaign: lock.campaign,
        owner: lock.owner,
        host: lock.host,
        process: lock.process,
        boot: lock.hostBoot,
        since: lock.sinceWallSeconds,
        until: lock.untilWallSeconds,
      });
      return undefined;
    });
  }

  /** @throws LabError STORE_CONTENT when another process has taken it meanwhile. */
  prolong({ chip, owner }: Pick<CampaignLock, "chip" | "owner">, untilWallSeconds: number): void {
    this.#connection.transaction(() => {
      this.assertHeld({ chip, owner });
      const sql = "UPDATE campaign_locks SET until_wall = @until WHERE chip = @chip";
      this.#connection.run(sql, { chip, until: untilWallSeconds });
    });
  }

  /** @throws LabError STORE_CONTENT when another process has taken it meanwhile. */
  assertHeld({ chip, owner }: Pick<CampaignLock, "chip" | "owner">): void {
    const held = this.of(chip);
    if (held?.owner === owner) return;
    const by = held === undefined ? "nobody" : `process ${held.process} on ${held.host}`;
    throw new LabError(
      "STORE_CONTENT",
      `the campaign of ${chip} is no longer this process's: ${by} holds it`,
      {
        next: "see `pcmlab campaign status`; nothing more was written",
      },
    );
  }

  release({ chip, owner }: Pick<CampaignLock, "chip" | "owner">): void {
    const sql = "DELETE FROM campaign_locks WHERE chip = @chip AND owner = @owner";
    this.#connection.run(sql, { chip, owner });
  }
}

const takeSql = `
  INSERT OR REPLACE INTO campaign_locks (chip, campaign_id, owner, host, process, host_boot, since_wall, until_wall)
  VALUES (@chip, @campaign, @owner, @host, @process, @boot, @since, @until)`;

const lockRow = z
  .object({
    chip: z.string(),
    campaign_id: z.number(),
    owner: z.string(),
    host: z.string(),
    process: z.number(),
    host_boot: z.string().nullable(),
    since_wall: z.number(),
    until_wall: z.number(),
  })
  .transform(
    (row): CampaignLock => ({
      chip: row.chip,
      campaign: campaignId(row.campaign_id),
      owner: row.owner,
      host: row.host,
      process: row.process,
      hostBoot: row.host_boot,
      sinceWallSeconds: row.since_wall,
      untilWallSeconds: row.until_wall,
    }),
  );
