/** What a run that is gone on with is checked for before it gets a pulse. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { regionText } from "../../src/chip/region.ts";
import { bootNote } from "../../src/cli/actions/boot-note.ts";
import { assertTrusted } from "../../src/cli/actions/trusted-converters.ts";
import type { Store } from "../../src/store/store.ts";
import { descriptor } from "../store/synthetic.ts";
import { Bench, KillSwitch, killableStores } from "./killed-host.ts";

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pcmlab-checks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

afterEach(() => vi.restoreAllMocks());

/** A run that failed as soon as its store is as wanted. @param from point at which the search begins. */
async function failedWhen(
  wanted: (store: Store) => boolean,
  from = 36,
): Promise<{ bench: Bench; kill: KillSwitch }> {
  const kill = new KillSwitch();
  const folder = freshFolder();
  for (let points = from; points < 400; points += 2) {
    const bench = new Bench(folder, points, kill);
    kill.arm(points);
    const ended = await bench.host();
    kill.arm(Number.POSITIVE_INFINITY);
    if (ended) break;
    if (bench.read((store) => store.plans.latest() !== undefined && wanted(store))) return { bench, kill };
  }
  throw new Error("no run failed like this");
}

const states = [
  ["a tile that was finished", (store: Store) => store.programmings.current().length === 1, 36],
  [
    "a tile that was begun",
    (store: Store) => store.networks.get().tiles.some(({ id }) => store.checkpoints.of(id).length > 0),
    8,
  ],
] as const;

test.each(states)(
  "%s and was pulsed by another program since is refused by its place",
  async (_, wanted, from) => {
    const { bench } = await failedWhen(wanted, from);
    const region = bench.read((store) => {
      const tiles = store.networks.get().tiles;
      const finished = store.programmings.current()[0]?.tile;
      const tile = tiles.find(({ id }) => id === finished || store.checkpoints.of(id).length > 0);
      return tile!.region;
    });
    const before = [...(await bench.wear())];
    await bench.pulsedByAnother({ ...region, rows: 1 });
    const pulsed = [...(await bench.wear())];
    expect(pulsed).not.toEqual(before);
    await expect(bench.host()).rejects.toMatchObject({
      code: "STORE_CONTENT",
      message: expect.stringContaining(regionText(region)),
    });
    expect([...(await bench.wear())]).toEqual(pulsed);
  },
);

test.each(states)("%s is gone on with when other cells were pulsed", async (_, wanted, from) => {
  const { bench } = await failedWhen(wanted, from);
  await bench.pulsedByAnother({ array: 0, row: 60, column: 60, rows: 2, columns: 2 });
  expect(await bench.host()).toBe(true);
  expect(bench.faults).toEqual([]);
});

test("a tile without a readout is not read as new after the board restarted", async () => {
  const withoutReadout = (store: Store): boolean =>
    store.programmings.current().length > store.readouts.atAge(0).length;
  const { bench } = await failedWhen(withoutReadout);
  bench.powerCuts++;
  expect(await bench.host()).toBe(true);
  bench.read((store) => {
    const current = store.programmings.current();
    const old = current.filter((programming) => programming.bootNote === current[0]!.bootNote);
    expect(old.length).toBe(1);
    expect(old[0]!.bootNote).not.toBe(bootNote(0));
    expect(store.readouts.atAge(0).map(({ tile }) => tile)).not.toContain(old[0]!.tile);
    expect(store.readouts.atAge(0).length).toBe(current.length - 1);
  });
});

test("a tile whose late verification was killed is as programmed, or has the state that it goes on from", async () => {
  const kill = new KillSwitch();
  killableStores(kill);
  const benchFor = (verifyAt?: string): Bench => {
    const bench = new Bench(freshFolder(), 5, kill);
    bench.verifyAt = verifyAt;
    return bench;
  };
  kill.arm(Number.POSITIVE_INFINITY);
  expect(await benchFor().host()).toBe(true);
  const points = kill.passed;
  const seen = new Set<string>();
  for (let n = points - 12; n < points + 14; n++) {
    const bench = benchFor("30s");
    kill.arm(n);
    expect(await bench.host()).toBe(false);
    kill.arm(Number.POSITIVE_INFINITY);
    bench.read((store) => {
      const programmed = new Set(store.programmings.current().map(({ tile }) => tile));
      const [first] = store.networks.get().tiles;
      const bands = store.checkpoints.of(first!.id).length;
      seen.add(`${programmed.has(first!.id) ? "programmed" : "unfinished"}, ${bands} bands`);
    });
  }
  expect([...seen].sort()).toEqual(["programmed, 0 bands", "unfinished, 1 bands"]);
});

test("narrower limits given to one process hold for those after it", async () => {
  const { bench, kill } = await failedWhen((store) => store.programmings.current().length === 1);
  bench.maxPulsesPerCell = 350;
  // After the run was begun, before it came to its end.
  for (let points = 1; ; points++) {
    kill.arm(points);
    const ended = await bench.host();
    kill.arm(Number.POSITIVE_INFINITY);
    expect(ended).toBe(false);
    if (bench.read((store) => store.runs.list().some(({ command }) => command === "resume"))) break;
  }
  expect(bench.read((store) => store.plans.latest()!.limits)).toEqual({ maxPulsesPerCell: 350 });
});

test("a calibration that trusts a line of the tiles no more is refused, unless the run leaves the line alone", () => {
  const calibration = nominalCalibration(descriptor);
  const success = calibration.success.map((flag, line) => (line === 7 ? 0 : flag));
  const failed = { ...calibration, success };
  const check = (columns: number, marks: Parameters<typeof assertTrusted>[2] = []) => {
    const region = { array: 0, row: 3, column: 0, rows: 2, columns };
    return () => assertTrusted(failed, [{ region }], marks, descriptor);
  };
  expect(check(8)).toThrow(/bit line 7 of array 0/);
  expect(check(7)).not.toThrow();
  expect(check(8, [{ kind: "bit-line", array: 0, column: 7 }])).not.toThrow();
});
