import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { chipIdentity } from "../../src/chip/descriptor.ts";
import { DeviceDigest } from "../../src/dashboard/devices/device-digest.ts";
import type { Drawn, Source } from "../../src/dashboard/part.ts";
import { type PartId, partIds } from "../../src/dashboard/part-titles.ts";
import { parts } from "../../src/dashboard/parts/parts.ts";
import type { NewSubject } from "../../src/store/campaign-inserts.ts";
import type { CampaignId, RunId } from "../../src/store/identity.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

function storeWith(fill: (store: Store) => void): Store {
  const store = openStore(freshPath(), { mode: "create" });
  store.transaction(() => fill(store));
  onTestFinished(() => store.close());
  return store;
}

/** A part as it is drawn now. */
function drawn(id: PartId, store: Store, nowWallSeconds = wall(0)): Drawn {
  const digest = new DeviceDigest(store);
  while (digest.step());
  const source: Source = { store, digest, wear: undefined, faults: [], nowWallSeconds };
  const part = parts.get(id);
  if (part === undefined) throw new Error(`there is no part ${id}`);
  return part(source).draw();
}

describe("every part", () => {
  test("of an empty store says that there is nothing yet, and invents nothing", () => {
    const store = storeWith(() => {});
    for (const id of partIds) {
      const { markup, document } = drawn(id, store);
      expect([id, /NaN|undefined|Infinity|\[object/.exec(markup.text + JSON.stringify(document))]).toEqual([
        id,
        null,
      ]);
      if (id !== "overview")
        expect([id, markup.text]).toEqual([id, expect.stringContaining('<p class="missing">')]);
      expect(markup.text).not.toContain("<svg");
    }
  });

  test("of a full one has no missing value, and no style of its own", () => {
    const store = storeWith((store) => fillSynthetic(store));
    for (const id of partIds) {
      const { markup, document } = drawn(id, store);
      const text = markup.text.replace(/"data:[^"]*"/g, "");
      expect([
        id,
        /NaN|undefined|Infinity|\[object| style=| on[a-z]+="/.exec(text + JSON.stringify(document)),
      ]).toEqual([id, null]);
    }
  });

  test("keeps the names of others as text", () => {
    const store = storeWith((store) => {
      fillSynthetic(store);
      store.events.add({
        run: null,
        wallSeconds: wall(1),
        level: "error",
        text: "<script>alert(1)</script>",
      });
      planned(store, beginRun(store, "campaign", 1), "<img src=x onerror=alert(1)>", []);
    });
    const all = partIds.map((id) => drawn(id, store).markup.text).join("");
    expect(all).not.toMatch(/<script|<img src=x/);
    expect(all).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(all).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });
});

function planned(store: Store, run: RunId, name: string, subjects: readonly NewSubject[]): CampaignId {
  return store.campaigns.add({
    run,
    chip: store.chips.attach(run, descriptor),
    name,
    plan: {},
    plannedSeconds: 100,
    plannedWallSeconds: wall(100),
    subjects,
    boot: {
      bootId: 7,
      offsetSeconds: 0,
      knownBy: "chip",
      uncertaintySeconds: 0,
      anchorSeconds: 1000,
      anchorWallSeconds: wall(5000),
    },
  });
}

const temperatures = (name: string, agesSeconds: readonly number[]): NewSubject => ({
  name,
  matter: { kind: "temperature" },
  referenceSeconds: 100,
  referenceKnownBy: "chip",
  agesSeconds,
});

describe("the schedule", () => {
  /** Four slots: read, late, missed, and two open ones. */
  function campaigning(store: Store): CampaignId {
    const run = beginRun(store, "campaign", 100);
    const campaign = planned(store, run, "a month", [
      temperatures("hourly", [10, 3600, 7200, 10_800]),
      temperatures("daily", [86_400]),
    ]);
    const outcomes = [
      { kind: "read", reason: null, started: 110 },
      { kind: "late", reason: "the cable was out", started: 3900 },
      { kind: "missed", reason: "the host was off", started: null },
    ] as const;
    const slots = store.campaigns.slots(campaign);
    for (const [index, { kind, reason, started }] of outcomes.entries()) {
      const slot = slots[index];
      if (slot === undefined) throw new Error("there are too few slots");
      store.campaigns.addOutcome({
        slot: slot.id,
        ...{ run, kind, reason, calibration: null, readouts: [], probe: null },
        startedSeconds: started,
        endedSeconds: started,
        knownBy: started === null ? null : "chip",
        wallSeconds: wall(200 + index),
        temperatureKelvin: started === null ? null : 300 + index,
      });
    }
    store.campaigns.enter(campaign, {
      run,
      state: "running",
      reason: null,
      atSeconds: 100,
      wallSeconds: wall(150),
    });
    return campaign;
  }

  const hold = (store: Store, campaign: CampaignId, untilWallSeconds: number): unknown =>
    store.campaignLocks.take(
      {
        ...{
          chip: chipIdentity(descriptor),
          campaign,
          owner: "o",
          host: "bench7",
          process: 4711,
          hostBoot: null,
        },
        sinceWallSeconds: wall(0),
        untilWallSeconds,
      },
      () => true,
    );

  test("counts what became of the slots, says why, and what is next in the host's time", () => {
    const store = storeWith((store) => {
      fillSynthetic(store);
      hold(store, campaigning(store), wall(1e6));
    });
    const { document, markup } = drawn("schedule", store, wall(6000));
    expect(document).toMatchObject({
      campaign: { name: "a month", state: "running", owner: "process 4711 on bench7" },
      slots: { read: 1, late: 1, missed: 1, failed: 0, open: 2 },
      next: [
        // Seconds of the timeline since the newest look at the chip clock, on the host's clock: 10,900 - 1000 after 5000.
        { subject: "hourly", ageSeconds: 10_800, outcome: "open", wallSeconds: wall(14_900) },
        { subject: "daily", ageSeconds: 86_400, wallSeconds: wall(90_500) },
      ],
      troubles: [
        { subject: "hourly", outcome: "missed", reason: "the host was off", trueAgeSeconds: null },
        { subject: "hourly", outcome: "late", reason: "the cable was out", trueAgeSeconds: 3800 },
      ],
    });
    expect(markup.text).toContain(`data-due="${wall(14_900)}"`);
    expect(markup.text).toContain("missed</b><p>hourly, planned at 2 h: the host was off");
    expect(markup.text).toContain("late</b><p>hourly, planned at 1 h, read at 1.06 h: the cable was out");
    expect(markup.text).toContain('aria-label="Slots: 3 of 5 done, 60.0 %"');
  });

  test("a campaign whose process is gone is left alone, whatever its journal says", () => {
    const store = storeWith((store) => {
      fillSynthetic(store);
      hold(store, campaigning(store), wall(5999));
    });
    expect(drawn("schedule", store, wall(6000)).document).toMatchObject({
      campaign: { state: "left alone", owner: null },
    });
    expect(drawn("schedule", store, wall(5998)).document).toMatchObject({ campaign: { state: "running" } });
  });

  test("many ages are put together, and no slot is lost", () => {
    const ages = Array.from({ length: 500 }, (_, index) => 1 + 600 * index);
    const store = storeWith((store) => {
      fillSynthetic(store);
      planned(store, beginRun(store, "campaign", 1), "dense", [temperatures("often", ages)]);
    });
    const { document } = drawn("schedule", store);
    const { byAge } = z.object({ byAge: z.array(z.object({ open: z.number() })) }).parse(document);
    expect(byAge.length).toBeLessThan(40);
    expect(byAge.reduce((sum, { open }) => sum + open, 0)).toBe(500);
  });

  test("measured temperatures join those of the readings", () => {
    const store = storeWith((store) => {
      fillSynthetic(store);
      campaigning(store);
    });
    const { document } = drawn("temperature", store);
    expect(document).toMatchObject({
      clock: "host",
      points: expect.arrayContaining([expect.objectContaining({ high: 301 })]),
    });
  });
});

describe("the link", () => {
  test("shows the counters that are not zero, and names the others", () => {
    const store = storeWith((store) => {
      fillSynthetic(store);
      const run = beginRun(store, "campaign", 1);
      const campaign = planned(store, run, "a month", []);
      store.campaigns.putLinkReport(campaign, run, wall(300), {
        sessions: 2,
        roundTripSeconds: 0.0042,
        counters: { badCrc: 3, retransmitted: 0 },
      });
    });
    const { markup } = drawn("link", store);
    expect(markup.text).toContain("Its round trip is 4.2 ms.");
    expect(markup.text).toContain('bad crc</th><td class="number">3</td>');
    expect(markup.text).toContain("<p>retransmitted</p>");
  });
});
