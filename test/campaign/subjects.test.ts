/** What is read of each kind of subject, and what the store keeps of it. */

import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { ProgrammedTile } from "../../src/campaign/subjects.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { addProgramming, beginRun, makeCells, networkOf } from "../store/synthetic.ts";
import { CampaignBench, emptyPlan, outcomesOf, smallPlan } from "./bench.ts";

/** A tile of 8 x 8 devices, programmed 5 s after the board was switched on. */
function programmed(bench: CampaignBench): ProgrammedTile {
  return bench.store((store) => {
    const network = store.networks.put(networkOf([{ name: "dense", rows: 8, columns: 4 }], "a.onnx"));
    const run = beginRun(store, "program", 0);
    const [tile] = network.tiles;
    if (tile === undefined) throw new RangeError("no tile");
    const programming = addProgramming(store, run, tile.id, makeCells(64, seededPrng(1)), 5);
    return { name: "dense", programming, region: tile.region, endedSeconds: 5, knownBy: "chip" };
  });
}

const tilesAt = (agesSeconds: number[]) => ({ ...emptyPlan, tiles: { agesSeconds } });

test("a tile is read at ages of its own programming, as `pcmlab read` would have read it", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(tilesAt([25, 3600]), [programmed(bench)]);
  await bench.run(campaign);
  bench.store((store) => {
    expect(store.readouts.completeAges()).toEqual([25, 3600]);
    const [readout] = store.readouts.atAge(3600);
    expect(readout?.firstSampleSeconds).toBeCloseTo(3605, 3);
    expect(readout?.bootId).toBe(1);
  });
});

test("a tile that is read far too late keeps its true time, and does not count as read at that age", async () => {
  const bench = new CampaignBench();
  const tile = programmed(bench);
  const chip = await bench.open();
  await chip.waitUntil(1000);
  const campaign = await bench.plan(tilesAt([25, 900, 3600]), [{ ...tile, endedSeconds: 5 }]);
  bench.store((store) => expect(store.campaigns.slots(campaign.id)).toHaveLength(3));
  await bench.run(campaign);
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.kind)).toEqual(["missed", "late", "read"]);
  expect(bench.store((store) => store.readouts.completeAges())).toEqual([900, 3600]);
  await chip.waitUntil(500_000);
  const late = await bench.plan(tilesAt([3700]), [{ ...tile, endedSeconds: 5 }]);
  await bench.run(late, 2);
  bench.store((store) => {
    expect(store.readouts.completeAges()).toEqual([900, 3600]);
    expect(store.readouts.list().at(-1)?.requestedAgeSeconds).toBeNull();
    expect(bench.slots(late)[0]?.outcome?.startedSeconds).toBeGreaterThanOrEqual(500_000);
  });
});

test("a tile that is programmed again meanwhile is not read for the old experiment", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan({ ...tilesAt([25, 3600, 7200]), temperature: { agesSeconds: [60] } }, [
    programmed(bench),
  ]);
  bench.wrap = (chip) => ({
    ...chip,
    temperature: () => {
      programmed(bench);
      return chip.temperature();
    },
  });
  await bench.run(campaign);
  expect(outcomesOf(bench.slots(campaign)).map(({ kind, reason }) => [kind, reason])).toEqual([
    ["read", null],
    ["read", null],
    ["missed", "its devices were programmed again"],
    ["missed", "its devices were programmed again"],
  ]);
});

test("an array that is more than the board reads at once is kept in bands, each with its own times", async () => {
  const profile = { ...builtinProfile("tiny"), maxCellsPerRequest: 1024 };
  const bench = new CampaignBench("virtual", { profile });
  const whole = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };
  const campaign = await bench.plan({
    ...emptyPlan,
    regions: [{ name: "array", region: whole, agesSeconds: [10] }],
  });
  await bench.run(campaign);
  const [slot] = bench.slots(campaign);
  bench.store((store) => {
    const bands = store.readouts.list();
    expect(slot?.outcome?.readouts).toEqual(bands.map(({ id }) => id));
    expect(bands.map(({ region }) => [region.row, region.rows])).toEqual([
      [0, 16],
      [16, 16],
      [32, 16],
      [48, 16],
    ]);
    expect(slot?.outcome?.startedSeconds).toBe(bands[0]?.firstSampleSeconds);
    expect(slot?.outcome?.endedSeconds).toBe(bands[3]?.lastSampleSeconds);
    expect(
      bands.every(
        ({ requestedAgeSeconds, programming }) => requestedAgeSeconds === 10 && programming === null,
      ),
    ).toBe(true);
  });
});

test("a calibration check is a calibration of the store", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan({ ...emptyPlan, calibrations: { agesSeconds: [100, 200] } });
  await bench.run(campaign);
  const ids = bench.slots(campaign).map(({ outcome }) => outcome?.calibration);
  bench.store((store) => {
    expect(store.calibrations.list().map(({ id }) => id)).toEqual(ids);
    expect(store.calibrations.latest()?.failedColumns).toBe(0);
  });
});

test("products of the same random inputs are kept with their raw codes", async () => {
  const bench = new CampaignBench("virtual", { profile: builtinProfile("hermes-core") });
  const mvm = { vectors: 3, seed: 5, phases: 1 as const, agesSeconds: [10, 1000] };
  const campaign = await bench.plan({ ...emptyPlan, mvm });
  await bench.run(campaign);
  bench.store((store) => {
    const probes = store.campaigns.probes(campaign.id);
    expect(probes.map(({ vectors, cells }) => [vectors, cells.rows])).toEqual([
      [3, 256],
      [3, 256],
    ]);
    const [first, second] = probes.map(({ id }) => store.campaigns.probeCodes(id));
    expect(first?.inputs).toHaveLength(3 * 256);
    expect(first?.outputs).toHaveLength(3 * 256);
    expect(second?.inputs).toEqual(first?.inputs);
    expect(store.campaigns.slots(campaign.id).map(({ outcome }) => outcome?.probe)).toEqual(
      probes.map(({ id }) => id),
    );
  });
});

test("while a campaign runs the board is locked for others, and free when it has ended", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10]));
  const owners: (string | undefined)[] = [];
  const owner = async (): Promise<string | undefined> => (await (await bench.open()).lock?.state())?.owner;
  bench.wrap = (chip) => ({
    ...chip,
    read: async (region, options) => {
      owners.push(await owner());
      return chip.read(region, options);
    },
  });
  await bench.run(campaign);
  owners.push(await owner());
  expect(owners).toEqual(["test", undefined]);
});

test("a board that another program has locked is not begun with", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10]));
  await (await bench.open()).lock?.request("another program", 100);
  await expect(bench.run(campaign)).rejects.toMatchObject({ code: "LOCKED" });
});

test("what a line that is lost for a while keeps from being read says so", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const campaign = await bench.plan(smallPlan([3000], [0, 60, 120, 180, 240, 300]));
  let isLost = false;
  bench.wrap = (chip) => ({
    ...chip,
    // A driver that reconnects lets its callers wait.
    temperature: async () => {
      if (!isLost && bench.world.monotonicSeconds() > 100) {
        isLost = true;
        bench.line("link lost", false);
        await bench.world.pause(150);
        bench.line("back", true);
      }
      return chip.temperature();
    },
  });
  await bench.run(campaign);
  const reasons = outcomesOf(bench.slots(campaign)).flatMap(({ reason }) => reason ?? []);
  expect(reasons).toEqual([
    expect.stringMatching(/late: the line was lost$/),
    "the line was lost",
    expect.stringMatching(/late: the line was lost$/),
  ]);
});

test("a board that is in use by another program is looked for again, as one that is away", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const campaign = await bench.plan(smallPlan([100], [10]));
  let opened = 0;
  const open = bench.open.bind(bench);
  bench.open = () =>
    ++opened === 2 || opened === 3
      ? Promise.reject(new LabError("PORT_BUSY", "another program has it"))
      : open();
  let hasFailed = false;
  bench.wrap = (chip) => ({
    ...chip,
    temperature: () => {
      if (hasFailed) return chip.temperature();
      hasFailed = true;
      return Promise.reject(new LabError("LINK_LOST", "silence"));
    },
  });
  await bench.run(campaign);
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.kind)).toEqual(["late", "read"]);
  expect(opened).toBe(4);
});
