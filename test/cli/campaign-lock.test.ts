import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { leaseSeconds } from "../../src/campaign/hold.ts";
import { assertNoCampaignRuns } from "../../src/cli/campaign/assert-free.ts";
import { boardOwner, hasEnded, isHeld, lockOwner } from "../../src/cli/campaign/lock-owner.ts";
import { seededPrng } from "../../src/core/prng.ts";
import type { LockOwner } from "../../src/store/campaign-locks.ts";
import type { CampaignState } from "../../src/store/campaign-rows.ts";
import { CampaignBench, smallPlan } from "../campaign/bench.ts";
import { labErrorOf } from "../store/failure.ts";

const here = lockOwner(seededPrng(1));
const gone = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("a process has ended when it was of this machine and is not there any more", () => {
  expect(hasEnded(here)).toBe(false);
  expect(hasEnded({ ...here, process: gone() })).toBe(true);
  // Nobody knows about another machine: its lock ends with its time.
  expect(hasEnded({ ...here, host: "elsewhere", process: gone() })).toBe(false);
});

test.skipIf(here.hostBoot === null)(
  "a process of an earlier power-up of this machine has ended, whoever has its number now",
  () => {
    expect(hasEnded({ ...here, hostBoot: "another" })).toBe(true);
  },
);

test("every process has an owner of its own for the store, and all that run a campaign one for the board", () => {
  expect(lockOwner(seededPrng(2)).owner).not.toBe(here.owner);
  expect(here.owner).toMatch(/^[0-9a-f]{16}$/);
});

/** Whether another command may use the board. */
async function isFree(owner: LockOwner, state: CampaignState, wallSeconds: number): Promise<boolean> {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10]));
  return bench.store((store) => {
    store.campaigns.enter(campaign.id, { run: null, state, reason: null, atSeconds: null, wallSeconds: 0 });
    const times = { sinceWallSeconds: 0, untilWallSeconds: leaseSeconds };
    store.campaignLocks.take({ ...owner, ...times, chip: "chip", campaign: campaign.id }, () => true);
    expect(boardOwner(campaign)).toMatch(/^[\x20-\x7e]{1,64}$/);
    if (!isHeld(store.campaignLocks.of("chip"), wallSeconds) || state !== "running") {
      assertNoCampaignRuns(store, wallSeconds);
      return true;
    }
    const failure = labErrorOf(() => assertNoCampaignRuns(store, wallSeconds));
    expect(failure.code).toBe("LOCKED");
    expect(failure.next).toContain("pcmlab campaign pause");
    return false;
  });
}

test("other commands leave the board to a campaign that runs, and to no other", async () => {
  expect(await isFree(here, "running", 1)).toBe(false);
  expect(await isFree(here, "paused", 1)).toBe(true);
  expect(await isFree(here, "running", leaseSeconds + 1)).toBe(true);
  expect(await isFree({ ...here, process: gone() }, "running", 1)).toBe(true);
});
