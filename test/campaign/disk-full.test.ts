import { afterEach, expect, test, vi } from "vitest";
import { Connection } from "../../src/store/connection.ts";
import { CampaignBench, emptyPlan } from "./bench.ts";

afterEach(() => vi.restoreAllMocks());

const minutes = Array.from({ length: 30 }, (_, n) => 60 * n);
const whole = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };

/** The connections that write from now on. */
function writers(): Set<Connection> {
  const seen = new Set<Connection>();
  const original: (...given: never[]) => unknown = Connection.prototype.transaction;
  vi.spyOn(Connection.prototype, "transaction").mockImplementation(function (
    this: Connection,
    ...given: unknown[]
  ) {
    seen.add(this);
    return Reflect.apply(original, this, given);
  } as never);
  return seen;
}

/** SQLite's own limit of a file stands for the end of the disk: both are SQLITE_FULL. */
function limitPages(connections: Iterable<Connection>, pages: number | undefined): void {
  for (const connection of connections) connection.pragma(`max_page_count = ${pages ?? 1_000_000}`);
}

test("on a full disk the campaign pauses and says so, keeps the reading in memory, and goes on when there is room", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const plan = { ...emptyPlan, regions: [{ name: "array", region: whole, agesSeconds: minutes }] };
  const campaign = await bench.plan(plan);
  const connections = writers();
  let pages = 0;
  bench.world.after(610, () => {
    for (const connection of connections) pages = Number(connection.pragma("page_count"));
    limitPages(connections, pages);
  });
  bench.world.after(985, () => limitPages(connections, undefined));
  expect(await bench.run(campaign)).toBe("finished");
  const slots = bench.slots(campaign);
  const kinds = slots.map(({ outcome }) => outcome?.kind);
  expect(slots.every(({ outcome }) => outcome !== null)).toBe(true);
  // What was read when the disk was full is stored with its own time, and not missed.
  const full = kinds.indexOf("missed");
  expect(full).toBeGreaterThan(10);
  expect(kinds[full - 1]).toBe("read");
  expect(slots[full]?.outcome?.reason).toBe("the disk was full");
  const told = bench.events.map(({ kind }) => kind);
  expect(told).toEqual(["state", "disk-full", "disk-room", "missed", "finished"]);
  bench.store((store) => {
    expect(store.campaigns.states(campaign.id).map(({ state, reason }) => [state, reason])).toEqual([
      ["planned", null],
      ["running", null],
      ["paused", "the disk was full"],
      ["running", "the store could be written"],
      ["finished", null],
    ]);
    // The store has the event as well, though it could not take it when it happened.
    expect(store.events.list().filter(({ text }) => text.includes("disk is full"))).toHaveLength(1);
    for (const { outcome } of slots)
      for (const readout of outcome?.readouts ?? [])
        expect(store.readouts.codeSums(readout)).toHaveLength(4096);
  });
});

test("while another program has the store, the campaign waits likewise", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const plan = { ...emptyPlan, regions: [{ name: "array", region: whole, agesSeconds: minutes }] };
  const campaign = await bench.plan(plan);
  const connections = writers();
  const other = new Connection(bench.path, { readonly: false, fileMustExist: true });
  bench.world.after(610, () => {
    // Without SQLite's own patience of 5 s, which is of another clock.
    for (const connection of connections) connection.pragma("busy_timeout = 0");
    other.execute("BEGIN IMMEDIATE");
  });
  bench.world.after(985, () => other.close());
  expect(await bench.run(campaign)).toBe("finished");
  const reasons = new Set(bench.slots(campaign).flatMap(({ outcome }) => outcome?.reason ?? []));
  expect(reasons).toContain("another program had the store");
  const told = bench.events.map(({ kind }) => kind);
  expect(told).toEqual(["state", "store-busy", "disk-room", "missed", "finished"]);
});

test("Ctrl-C ends a campaign that waits for room, and nothing that was stored is lost", async () => {
  const bench = new CampaignBench({ offTime: "passes" });
  const plan = { ...emptyPlan, regions: [{ name: "array", region: whole, agesSeconds: minutes }] };
  const campaign = await bench.plan(plan);
  const connections = writers();
  bench.world.after(610, () => limitPages(connections, 1));
  bench.world.after(900, () => bench.stop.abort());
  await expect(bench.run(campaign)).rejects.toMatchObject({ code: "INTERRUPTED" });
  const read = bench.slots(campaign).filter(({ outcome }) => outcome !== null).length;
  expect(read).toBeGreaterThan(10);
  Object.assign(bench, { stop: new AbortController() });
  expect(await bench.run(campaign, 2)).toBe("finished");
  expect(bench.slots(campaign).every(({ outcome }) => outcome !== null)).toBe(true);
});
