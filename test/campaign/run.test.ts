import { expect, test } from "vitest";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { LabError } from "../../src/core/errors.ts";
import { CampaignBench, outcomesOf, smallPlan } from "./bench.ts";

const everyMinute = (minutes: number): number[] => Array.from({ length: minutes + 1 }, (_, n) => 60 * n);
const real = { offTime: "passes" } as const;

test("in virtual time every slot is read on time, with its codes, in the order of the due times", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([25, 3600, 86_400, 2_592_000], [0, 86_400]));
  expect(await bench.run(campaign)).toBe("finished");
  const slots = bench.slots(campaign);
  expect(slots.map(({ outcome }) => outcome?.kind)).toEqual(Array(6).fill("read"));
  for (const { dueSeconds, outcome } of slots)
    expect((outcome?.startedSeconds ?? 0) - dueSeconds).toBeLessThan(0.01);
  bench.store((store) => {
    const [readout] = slots.find(({ ageSeconds }) => ageSeconds === 25)?.outcome?.readouts ?? [];
    expect(readout).toBeDefined();
    if (readout !== undefined) expect(store.readouts.codeSums(readout)).toHaveLength(32);
    expect(store.campaigns.temperatures(campaign.id).map(({ kelvin }) => kelvin)).toHaveLength(2);
    expect(store.campaigns.states(campaign.id).map(({ state }) => state)).toEqual([
      "planned",
      "running",
      "finished",
    ]);
  });
});

test("the same plan gives the same journal on the wall clock and in virtual time", async () => {
  const plan = smallPlan([1, 60, 1800], everyMinute(30));
  const journals = [];
  for (const time of ["virtual", real] as const) {
    const bench = new CampaignBench(time);
    const campaign = await bench.plan(plan);
    await bench.run(campaign);
    journals.push(outcomesOf(bench.slots(campaign)).map(({ dueSeconds: _, ...rest }) => rest));
  }
  expect(journals[0]).toEqual(journals[1]);
  expect(journals[0]).toHaveLength(34);
});

test("a board that is away for a while leaves slots that were missed, with the reason, and a late one", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([30, 1200], everyMinute(20)));
  // From 3 to 13 minutes the board is gone; it is the same power-up when it is back.
  const { wrap } = bench;
  let gone = false;
  bench.wrap = (chip) => ({
    ...wrap(chip),
    now: () => (gone ? Promise.reject(new LabError("LINK_LOST", "the cable was pulled")) : chip.now()),
  });
  const open = bench.open.bind(bench);
  bench.open = () => (gone ? Promise.reject(new LabError("PORT_MISSING", "not there")) : open());
  bench.world.after(190, () => {
    gone = true;
  });
  bench.world.after(805, () => {
    gone = false;
  });
  await bench.run(campaign);
  const temperatures = bench.slots(campaign).filter(({ subject }) => subject === 2);
  const missed = temperatures.filter(({ outcome }) => outcome?.kind === "missed");
  expect(missed.map(({ ageSeconds }) => ageSeconds / 60)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(new Set(missed.map(({ outcome }) => outcome?.reason))).toEqual(new Set(["the board was absent"]));
  const late = temperatures.filter(({ outcome }) => outcome?.kind === "late");
  expect(late.map(({ ageSeconds }) => ageSeconds / 60)).toEqual([13]);
  expect(late[0]?.outcome?.reason).toMatch(/late: the board was absent$/);
  expect(bench.events.map(({ kind }) => kind).filter((kind) => kind !== "missed")).toEqual([
    "state",
    "board-lost",
    // Said once, and not at every look.
    "line",
    "board-back",
    "finished",
  ]);
});

test("a board that restarts goes on ageing: its times are known from the host's clock, and marked so", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([60, 120, 600]));
  bench.world.after(90, () => {
    bench.unplug();
  });
  bench.world.after(100, () => bench.powerUp());
  const open = bench.open.bind(bench);
  let opened = 0;
  bench.open = async () => {
    opened++;
    return open();
  };
  bench.wrap = (chip) => ({
    ...chip,
    // The line of a board without power is silent.
    now: () => (opened === 1 && bench.world.monotonicSeconds() > 90 ? lost() : chip.now()),
  });
  await bench.run(campaign);
  const slots = bench.slots(campaign);
  expect(slots.map(({ outcome }) => outcome?.kind)).toEqual(["read", "read", "read"]);
  expect(slots.map(({ outcome }) => outcome?.knownBy)).toEqual(["chip", "wall", "wall"]);
  for (const { dueSeconds, outcome } of slots)
    expect(Math.abs((outcome?.startedSeconds ?? 0) - dueSeconds)).toBeLessThan(0.5);
  bench.store((store) => {
    const [first, second] = store.campaigns.boots(campaign.id);
    expect(first?.uncertaintySeconds).toBe(0);
    expect(second?.uncertaintySeconds).toBeGreaterThan(0);
    expect(second?.uncertaintySeconds).toBeLessThan(2);
    // Chip time 0 of the second power-up was 100 s after that of the first.
    expect(second?.offsetSeconds).toBeCloseTo(100, 0);
  });
  expect(bench.events.map(({ kind }) => kind)).toContain("board-restarted");
});

test("a board that restarts without closing its port is found out before its new clock is believed", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([60, 120, 600, 1200], [90, 1000]));
  let inner: RemoteChip | undefined;
  bench.wrap = (chip) => {
    inner ??= chip;
    return {
      ...chip,
      now: () => (inner ?? chip).now(),
      currentBootId: () => (inner ?? chip).currentBootId(),
      read: (...reading) => (inner ?? chip).read(...reading),
      waitUntil: (...waiting) => (inner ?? chip).waitUntil(...waiting),
    };
  };
  bench.world.after(100, async () => {
    bench.powerUp();
    inner = await bench.open();
  });
  await bench.run(campaign);
  const slots = bench.slots(campaign);
  expect(slots.map(({ outcome }) => outcome?.knownBy)).toEqual(["chip", "chip", ...Array(4).fill("wall")]);
  for (const { dueSeconds, outcome } of slots)
    expect(Math.abs((outcome?.startedSeconds ?? 0) - dueSeconds)).toBeLessThan(15);
  bench.store((store) =>
    expect(store.campaigns.boots(campaign.id).at(-1)?.offsetSeconds).toBeCloseTo(100, 0),
  );
});

const lost = (): Promise<never> => Promise.reject(new LabError("LINK_LOST", "silence"));

test("an emulator whose clock stands while it is off goes on where it was, without a mark", async () => {
  const bench = new CampaignBench({ offTime: "stands" });
  const campaign = await bench.plan(smallPlan([60, 120]));
  bench.stop.signal.throwIfAborted();
  bench.world.after(90, () => bench.stop.abort());
  await expect(bench.run(campaign)).rejects.toThrow("interrupted");
  bench.powerUp(90);
  Object.assign(bench, { stop: new AbortController() });
  await bench.run(campaign, 2);
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.knownBy)).toEqual(["chip", "chip"]);
  bench.store((store) => {
    expect(store.campaigns.states(campaign.id).map(({ state, reason }) => [state, reason])).toEqual([
      ["planned", null],
      ["running", null],
      ["paused", "interrupted"],
      ["running", null],
      ["finished", null],
    ]);
  });
});

test("a reading that the board refuses is a failed slot, and the others are read", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10, 20, 30]));
  let reads = 0;
  bench.wrap = (chip) => ({
    ...chip,
    read: (region, options) =>
      ++reads === 2 ? Promise.reject(new LabError("REFUSED", "-222, too hot")) : chip.read(region, options),
  });
  await bench.run(campaign);
  expect(outcomesOf(bench.slots(campaign)).map(({ kind, reason }) => [kind, reason])).toEqual([
    ["read", null],
    ["failed", "-222, too hot"],
    ["read", null],
  ]);
});

test("a line that breaks at the same slot again and again costs that slot, not the campaign", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([10, 2000], [1000]));
  let failures = 0;
  bench.wrap = (chip) => ({
    ...chip,
    read: (region, options) => (failures++ < 3 ? lost() : chip.read(region, options)),
  });
  await bench.run(campaign);
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.kind)).toEqual(["failed", "read", "read"]);
});

test("pause, resume and stop of another process are seen while it waits; what is paused is missed", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([3000], everyMinute(50)));
  const ask = (request: "pause" | "resume" | "stop") => () =>
    bench.store((store) => store.campaigns.ask(campaign.id, request, 0));
  bench.world.after(90, ask("pause"));
  bench.world.after(350, ask("resume"));
  bench.world.after(600.5, ask("stop"));
  expect(await bench.run(campaign)).toBe("stopped");
  const temperatures = bench.slots(campaign).filter(({ subject }) => subject === 2);
  const kinds = temperatures.slice(0, 12).map(({ outcome }) => outcome?.kind);
  expect(kinds).toEqual([
    ...["read", "read", "missed", "missed", "missed", "late", "read"],
    ...["read", "read", "read", "read", "missed"],
  ]);
  expect(temperatures[3]?.outcome?.reason).toBe("paused by the user");
  expect(temperatures[20]?.outcome?.reason).toBe("the campaign was stopped");
  expect(bench.slots(campaign).every(({ outcome }) => outcome !== null)).toBe(true);
});

test("a pause that was asked of a process that is gone is forgotten, and an end is not", async () => {
  for (const [request, ending] of [
    ["pause", "finished"],
    ["stop", "stopped"],
  ] as const) {
    const bench = new CampaignBench();
    const campaign = await bench.plan(smallPlan([10]));
    bench.store((store) => store.campaigns.ask(campaign.id, request, 0));
    expect(await bench.run(campaign)).toBe(ending);
  }
});

test("times at which no process ran are missed, and say so", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([3000], everyMinute(50)));
  bench.world.after(90, () => bench.stop.abort());
  await expect(bench.run(campaign)).rejects.toMatchObject({ code: "INTERRUPTED" });
  await bench.world.run(bench.world.pause(600));
  Object.assign(bench, { stop: new AbortController() });
  await bench.run(campaign, 2);
  const missed = bench.slots(campaign).filter(({ outcome }) => outcome?.kind === "missed");
  expect(missed.map(({ ageSeconds }) => ageSeconds / 60)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(missed[0]?.outcome?.reason).toBe("paused (interrupted)");
});

test("a wall clock that is set is told, and the schedule goes on by the clock of the chip", async () => {
  const bench = new CampaignBench(real);
  const campaign = await bench.plan(smallPlan([100, 200, 300]));
  bench.world.after(150, () => {
    bench.wallOffsetSeconds = 86_400;
  });
  await bench.run(campaign);
  expect(bench.slots(campaign).map(({ outcome }) => outcome?.kind)).toEqual(["read", "read", "read"]);
  expect(bench.events.filter(({ kind }) => kind === "clock-jump")).toHaveLength(1);
  expect(bench.events.find(({ kind }) => kind === "clock-jump")?.text).toContain("forward by 1 d");
});

test("a temperature outside of the limits raises one alarm, and one when it is back", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan({
    ...smallPlan([1], [10, 20, 30, 40]),
    limitsKelvin: { low: 290, high: 310 },
  });
  const kelvins = [300, 320, 321, 305];
  bench.wrap = (chip) => ({ ...chip, temperature: async () => kelvins.shift() ?? 300 });
  await bench.run(campaign);
  expect(bench.events.filter(({ kind }) => kind === "temperature").map(({ level }) => level)).toEqual([
    "warning",
    "info",
  ]);
});

test("another chip at the same place is not read", async () => {
  const bench = new CampaignBench();
  const campaign = await bench.plan(smallPlan([10]));
  bench.wrap = (chip) => ({ ...chip, descriptor: { ...chip.descriptor, serialNumber: "OTHER" } });
  await expect(bench.run(campaign)).rejects.toMatchObject({ code: "NOT_OURS" });
  expect(bench.slots(campaign)[0]?.outcome).toBeNull();
});
