import { expect, test } from "vitest";
import { Hold, leaseSeconds } from "../../src/campaign/hold.ts";
import type { StoredCampaign } from "../../src/store/campaign-rows.ts";
import type { Store } from "../../src/store/store.ts";
import { labErrorOf } from "../store/failure.ts";
import { CampaignBench, ownerOf, smallPlan } from "./bench.ts";

const chip = "chip 1";

async function held<T>(look: (store: Store, campaign: StoredCampaign) => T): Promise<T> {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10]));
  return bench.store((store) => look(store, campaign));
}

const holding = (store: Store, { id }: StoredCampaign, process: number, hasEnded = false) => ({
  store,
  campaign: id,
  chip,
  owner: ownerOf(process),
  hasEnded: () => hasEnded,
});

test("a second process is refused, and told who holds the chip, since when and until when", () =>
  held((store, campaign) => {
    new Hold(holding(store, campaign, 1), 1000);
    const failure = labErrorOf(() => new Hold(holding(store, campaign, 2), 1060));
    expect(failure.code).toBe("LOCKED");
    expect(failure.message).toContain("process 1 on here");
    expect(failure.message).toContain("since 1 min ago");
    expect(failure.message).toContain("for another 1 min");
  }));

test("a lock ends with its time, and is prolonged while its process lives", () =>
  held((store, campaign) => {
    const first = new Hold(holding(store, campaign, 1), 1000);
    first.beat(1000 + leaseSeconds - 1);
    expect(labErrorOf(() => new Hold(holding(store, campaign, 2), 1000 + leaseSeconds + 1)).code).toBe(
      "LOCKED",
    );
    new Hold(holding(store, campaign, 2), 1000 + 2 * leaseSeconds + 1);
    // The first one, which slept too long, writes nothing more.
    expect(labErrorOf(() => first.assertHeld()).code).toBe("STORE_CONTENT");
    expect(labErrorOf(() => first.beat(1000 + 3 * leaseSeconds)).code).toBe("STORE_CONTENT");
  }));

test("the lock of a process that is known to be gone is taken at once", () =>
  held((store, campaign) => {
    new Hold(holding(store, campaign, 1), 1000);
    new Hold(holding(store, campaign, 2, true), 1001).assertHeld();
  }));

test("who lets go lets the next one in, and never what is another's", () =>
  held((store, campaign) => {
    const first = new Hold(holding(store, campaign, 1), 1000);
    first.release();
    const second = new Hold(holding(store, campaign, 2), 1001);
    first.release();
    second.assertHeld();
  }));

test("a campaign whose lock was taken by another process stops, and stores nothing more", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const campaign = await bench.plan(smallPlan([10, 20, 300, 400]));
  bench.world.after(100, () =>
    bench.store((store) => {
      const [lock] = store.campaignLocks.list();
      if (lock !== undefined) store.campaignLocks.take({ ...lock, ...ownerOf(9) }, () => true);
    }),
  );
  await expect(bench.run(campaign)).rejects.toMatchObject({ code: "STORE_CONTENT" });
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.kind)).toEqual([
    "read",
    "read",
    undefined,
    undefined,
  ]);
  expect(bench.store((store) => store.campaigns.state(campaign.id).state)).toBe("running");
});
