/** Checkpoints of bands: the latest counts, also when only what changed was written. */

import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { beginRun, networkOf, smallNetwork } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const span = { bootId: 7, startedSeconds: 1, endedSeconds: 2 };
const devices = 400;

/** A store with three checkpoints of band 0, one of band 1, and what was saved last of each. */
function saved(path: string) {
  const store = openStore(path, { mode: "create" });
  const tile = store.networks.put(networkOf(smallNetwork, "a.onnx")).tiles[0]!.id;
  const state = Uint8Array.from({ length: 1 + 29 * devices }, (_, n) => n % 251);
  const pulses = new Uint16Array(devices).fill(3);
  const save = (band: number, endedSeconds: number): void =>
    store.checkpoints.save(tile, {
      ...span,
      band,
      state: state.slice(),
      pulses: pulses.slice(),
      endedSeconds,
    });
  save(1, 2);
  save(0, 2);
  for (const at of [5, 6]) {
    state[at] = 255;
    state[7000 + at] = 254;
    pulses[at] = 300;
    save(0, at);
  }
  const latest = { ...span, band: 0, state, pulses, endedSeconds: 6 };
  return { store, tile, latest };
}

const countIn = (path: string, table: string): unknown => {
  const database = new Database(path);
  const count = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  database.close();
  return count;
};

test("the latest checkpoint of each band is found by another process, its changes applied", () => {
  const path = freshPath();
  const { store, tile, latest } = saved(path);
  store.close();
  expect(countIn(path, "checkpoints")).toBe(2);
  expect(countIn(path, "checkpoint_patches")).toBe(2);
  const again = openStore(path, { mode: "existing" });
  const [first, second] = again.checkpoints.of(tile);
  expect(first).toEqual(latest);
  expect(second).toMatchObject({ band: 1, endedSeconds: 2 });
  // It does not know what the file holds, and writes the whole.
  again.checkpoints.save(tile, { ...latest, endedSeconds: 9 });
  expect(countIn(path, "checkpoint_patches")).toBe(0);
  expect(again.checkpoints.of(tile)[0]).toEqual({ ...latest, endedSeconds: 9 });
  again.checkpoints.clear(tile);
  expect(again.checkpoints.of(tile)).toEqual([]);
  again.close();
});

test("a run that begins takes what was left of the one before away, changes and all", () => {
  const path = freshPath();
  const { store, tile, latest } = saved(path);
  expect(countIn(path, "checkpoint_patches")).toBe(2);
  store.blockWear.keep(tile, 5);
  const plan = { algorithm: "melt-quench", parameters: {}, calibration: null, limits: {}, marks: [] };
  store.plans.begin({ ...plan, run: beginRun(store, "program", 0) });
  expect(store.checkpoints.of(tile)).toEqual([]);
  expect(countIn(path, "checkpoint_patches")).toBe(0);
  expect(store.blockWear.of(tile)).toBeUndefined();
  store.checkpoints.save(tile, latest);
  expect(store.checkpoints.of(tile)).toEqual([latest]);
  store.close();
});

test("where much changed the whole is written", () => {
  const path = freshPath();
  const { store, tile, latest } = saved(path);
  const other = { ...latest, state: latest.state.map((byte) => byte ^ 1) };
  store.checkpoints.save(tile, other);
  expect(countIn(path, "checkpoint_patches")).toBe(0);
  expect(store.checkpoints.of(tile)[0]).toEqual(other);
  store.close();
});

test.each(["zeroblob(9)", "x'0000000001000000FF'"])("a patch that was damaged to %s is noticed", (bytes) => {
  const path = freshPath();
  const { store, tile } = saved(path);
  const database = new Database(path);
  database.exec(`UPDATE checkpoint_patches SET patch = ${bytes} WHERE id = 2`);
  database.close();
  expect(labErrorOf(() => store.checkpoints.of(tile))).toMatchObject({ code: "STORE" });
  store.close();
});
