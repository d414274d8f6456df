import { renameSync, rmSync, statSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { Pace } from "../../src/dashboard/pace.ts";
import { partIds } from "../../src/dashboard/part-titles.ts";
import { Refresher } from "../../src/dashboard/refresher.ts";
import type { Panel } from "../../src/dashboard/site.ts";
import { WearWatch } from "../../src/dashboard/wear-watch.ts";
import { openConnection } from "../../src/store/open.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { VirtualTime } from "./virtual-time.ts";

/** A store that one connection fills and another one shows, as two processes would. */
function bench({ path = freshPath(), drawingSeconds = 0.01 } = {}) {
  const writer = openStore(path, { mode: "create" });
  writer.transaction(() => fillSynthetic(writer));
  const store = openStore(path, { mode: "read" });
  const time = new VirtualTime();
  const stop = new AbortController();
  const cpu = { seconds: 0 };
  const pace = new Pace({
    clock: time,
    timer: time,
    cpuSeconds: () => cpu.seconds,
    terms: { unitsPerSecond: 0.05, burstUnits: 5 },
    signal: stop.signal,
  });
  const shown: Panel[] = [];
  const wear = new WearWatch({ folder: `${path}-ledgers`, most: 3, seldomSeconds: 10 });
  const refresher = new Refresher({
    ...{ store, wear, clock: time, pace },
    show: (panel) => {
      shown.push(panel);
      cpu.seconds += drawingSeconds;
    },
  });
  const running = refresher.run().catch(() => {});
  onTestFinished(async () => {
    stop.abort();
    await running;
    store.close();
    writer.close();
  });
  /** What was shown while so much time passed. */
  const during = async (seconds: number): Promise<Panel[]> => {
    shown.length = 0;
    await time.pass(seconds);
    return [...shown];
  };
  return { path, writer, time, during };
}

const idsOf = (panels: readonly Panel[]): string[] => panels.map(({ id }) => id);

function readTiles(store: Store, ageSeconds: number): void {
  const run = beginRun(store, "read", ageSeconds);
  store.chips.attach(run, descriptor);
  const tiles = new Map(store.networks.get().tiles.map((tile) => [tile.id, tile]));
  for (const { id, tile, endedChipSeconds } of store.programmings.current()) {
    const region = tiles.get(tile)?.region;
    if (region === undefined) throw new Error("a programming without a tile");
    store.readouts.add({
      ...{ programming: id, run, requestedAgeSeconds: ageSeconds, wallSeconds: wall(ageSeconds) },
      calibration: nominalCalibration(descriptor),
      readout: {
        ...{ region, averages: 8, readVolts: 0.2, temperatureKelvin: 303, saturatedCells: 0 },
        firstSampleSeconds: endedChipSeconds + ageSeconds,
        lastSampleSeconds: endedChipSeconds + ageSeconds,
        codeSums: new Uint16Array(cellCount(region)).fill(400),
      },
    });
  }
}

describe("the page follows the store", () => {
  test("every part is drawn once, and nothing again while nothing changes", async () => {
    const { during } = bench();
    expect(idsOf(await during(5))).toEqual([...partIds]);
    expect(await during(60)).toEqual([]);
  });

  test("many changes within a second are one drawing of each part that they concern", async () => {
    const { during, writer } = bench();
    await during(5);
    for (let event = 0; event < 50; event++)
      writer.events.add({ run: null, wallSeconds: wall(event), level: "info", text: `event ${event}` });
    const panels = await during(5);
    expect(idsOf(panels)).toEqual(["events"]);
    expect(panels[0]?.markup.text).toContain("event 49");
  });

  test("a reading changes what shows readings, and nothing else", async () => {
    const { during, writer } = bench();
    await during(5);
    readTiles(writer, 172_800);
    const panels = await during(5);
    expect(idsOf(panels)).toEqual(["overview", "map", "conductance", "drift", "temperature"]);
    expect(panels[1]?.markup.text).toContain("measured 2 d after programming");
    expect(panels[4]?.document).toMatchObject({
      points: expect.arrayContaining([expect.objectContaining({ high: 303 })]),
    });
  });

  test("drawing keeps to its budget: changes without end are drawn seldom", async () => {
    const { during, writer } = bench({ drawingSeconds: 1 });
    await during(300);
    let drawn = 0;
    for (let second = 0; second < 100; second++) {
      writer.events.add({ run: null, wallSeconds: wall(second), level: "warning", text: `event ${second}` });
      drawn += (await during(1)).length;
    }
    // Each drawing costs a second here: five at once, and a twentieth of the time after them.
    expect(drawn).toBeGreaterThanOrEqual(5);
    expect(drawn).toBeLessThanOrEqual(11);
  });
});

test("the writer's journal can be emptied at any time: nothing of the store is held", async () => {
  const path = freshPath();
  const { during, writer } = bench({ path });
  await during(5);
  readTiles(writer, 172_800);
  await during(5);
  const connection = openConnection(path, "existing");
  // The first column says whether somebody was in the way (sqlite.org/pragma.html#pragma_wal_checkpoint).
  expect(connection.pragma("wal_checkpoint(TRUNCATE)")).toBe(0);
  expect(statSync(`${path}-wal`).size).toBe(0);
  connection.close();
});

describe("what cannot be read", () => {
  test("a damaged readout is named, and all others are shown", async () => {
    const path = freshPath();
    const { during, writer } = bench({ path });
    await during(5);
    readTiles(writer, 172_800);
    const connection = openConnection(path, "existing");
    connection.execute(
      "UPDATE readout_bands SET crc32 = crc32 + 1 WHERE readout_id = (SELECT max(id) FROM readouts)",
    );
    connection.close();
    const panels = await during(20);
    const overview = panels.findLast(({ id }) => id === "overview");
    expect(overview?.markup.text).toMatch(/<p class="fault">readout 12 in .* is damaged: its checksum is/);
    expect(overview?.document).toMatchObject({ readouts: 11 });
    expect(idsOf(panels)).toContain("drift");
  });

  test("a file that another one took the place of is told", async () => {
    const { path, during } = bench();
    await during(5);
    const other = freshPath();
    openStore(other, { mode: "create" }).close();
    renameSync(other, path);
    const [overview] = await during(20);
    expect(overview?.markup.text).toContain(
      "is no longer the file that was opened: start the dashboard again",
    );
    rmSync(path);
  });
});
