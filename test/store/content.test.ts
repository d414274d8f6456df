import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { uniformCalibration } from "../../src/chip/readout.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import {
  addProgramming,
  beginRun,
  descriptor,
  fillSynthetic,
  makeCells,
  networkOf,
  smallNetwork,
  wall,
} from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

function newStore(path = freshPath()): Store {
  return openStore(path, { mode: "create" });
}

function programFirstTile(store: Store) {
  const run = beginRun(store, "program", 0);
  const tile = store.networks.put(networkOf(smallNetwork, "a.onnx")).tiles[0]!;
  const cells = makeCells(27 * 32, seededPrng(3));
  return { run, tile, cells, programming: addProgramming(store, run, tile.id, cells, 12.5) };
}

describe("one store holds one network on one chip", () => {
  test("the same network on the same chip is welcome again", () => {
    const store = newStore();
    const first = store.networks.put(networkOf(smallNetwork, "a.onnx"));
    expect(store.networks.put(networkOf(smallNetwork, "a.onnx"))).toEqual(first);
    expect(first.tiles.map((tile) => tile.region.column)).toEqual([0, 32, 64]);
    expect(new TextDecoder().decode(store.networks.onnx(first.id))).toBe("not really ONNX: a.onnx");
    store.close();
  });

  test("another network is refused by name, and so is another placement of the same one", () => {
    const store = newStore();
    store.networks.put(networkOf(smallNetwork, "a.onnx"));
    const other = labErrorOf(() => store.networks.put(networkOf(smallNetwork, "b.onnx")));
    expect(other).toMatchObject({ code: "STORE_CONTENT" });
    expect(other.message).toMatch(/"a\.onnx".*"b\.onnx"/);
    expect(other.next).toContain("--store");
    const moved = { ...networkOf(smallNetwork, "a.onnx"), gmaxSiemens: 20e-6 };
    expect(labErrorOf(() => store.networks.put(moved)).message).toContain("another mapping or placement");
    store.close();
  });

  test("another chip is refused; new firmware on the same one is recorded", () => {
    const store = newStore();
    const first = store.chips.attach(beginRun(store, "read", 0), descriptor);
    const stranger = { ...descriptor, serialNumber: "SIM-0002" };
    const refusal = labErrorOf(() => store.chips.attach(beginRun(store, "read", 1), stranger));
    expect(refusal.message).toMatch(/SIM-0001.*SIM-0002/);
    const anew = labErrorOf(() =>
      store.chips.attach(beginRun(store, "program", 1), { ...descriptor, life: "begun-anew" }),
    );
    expect(anew).toMatchObject({
      code: "STORE_CONTENT",
      message: /SIM-0001; this is .*SIM-0001, life begun-anew/,
    });
    const second = store.chips.attach(beginRun(store, "read", 2), { ...descriptor, firmware: "0.2.0" });
    expect(store.chips.attach(beginRun(store, "read", 3), descriptor)).toBe(first);
    expect(store.chips.latest()).toEqual({ id: first, descriptor });
    expect(store.runs.list().map((run) => run.chip)).toEqual([first, null, null, second, first]);
    store.close();
  });

  test("a store without a network says how to get one", () => {
    const store = newStore();
    expect(labErrorOf(() => store.networks.get())).toMatchObject({ code: "STORE_CONTENT" });
    store.close();
  });
});

describe("programmings", () => {
  test("come back bit for bit after closing", () => {
    const path = freshPath();
    const store = newStore(path);
    const { cells, programming, tile } = programFirstTile(store);
    store.close();
    const again = openStore(path, { mode: "read" });
    const { targetSiemens, outcomes, iterations, pulses } = cells;
    expect(again.programmings.cells(programming)).toEqual({ targetSiemens, outcomes, iterations, pulses });
    const [stored] = again.programmings.current();
    expect(stored).toMatchObject({ tile: tile.id, endedChipSeconds: 12.5, bootNote: "boot 1" });
    expect(Object.values(stored!.counts).reduce((sum, count) => sum + count)).toBe(27 * 32);
    expect(stored!.counts["stuck-low"]).toBe(
      outcomes.filter((code) => cellOutcomes[code] === "stuck-low").length,
    );
    expect(stored!.pulseCount).toBe(pulses.reduce((sum, count) => sum + count));
    again.close();
  });

  test("programming a tile again appends, and the latest is current", () => {
    const store = newStore();
    const { run, tile, cells, programming } = programFirstTile(store);
    const second = addProgramming(store, run, tile.id, cells, 99);
    expect(store.programmings.current().map(({ id }) => id)).toEqual([second]);
    expect(store.programmings.list().map(({ id }) => id)).toEqual([programming, second]);
    store.close();
  });

  test("from its start to its completion a programming leaves its tile without a current one", () => {
    const store = newStore();
    const { run, tile, cells, programming } = programFirstTile(store);
    expect(store.programmings.unfinished()).toEqual([]);
    const begun = { tile: tile.id, run, wallSeconds: wall(50) };
    const start = store.programmings.begin(begun);
    expect(store.programmings.current()).toEqual([]);
    expect(store.programmings.unfinished()).toEqual([begun]);
    const facts = { ...store.programmings.list()[0]!, start, cells };
    const partial = store.programmings.add({ ...facts, complete: false });
    expect(store.programmings.current()).toEqual([]);
    expect(store.programmings.unfinished()).toEqual([begun]);
    expect(store.programmings.list().map(({ id, complete }) => [id, complete])).toEqual([
      [programming, true],
      [partial, false],
    ]);
    expect(store.programmings.cells(partial).pulses).toEqual(cells.pulses);
    const third = addProgramming(store, run, tile.id, cells, 99);
    expect(store.programmings.current().map(({ id }) => id)).toEqual([third]);
    expect(store.programmings.unfinished()).toEqual([]);
    store.close();
  });

  test("arrays of the wrong length and codes without a name are programmer errors, and nothing is stored", () => {
    const store = newStore();
    const { run, tile, cells } = programFirstTile(store);
    const short = { ...cells, pulses: cells.pulses.subarray(1) };
    expect(() => addProgramming(store, run, tile.id, short, 20)).toThrow("pulses has 863 elements");
    const nameless = { ...cells, outcomes: cells.outcomes.map(() => 9) };
    expect(() => addProgramming(store, run, tile.id, nameless, 20)).toThrow(RangeError);
    expect(store.programmings.list()).toHaveLength(1);
    store.close();
  });

  test("a flipped bit in a BLOB is noticed when it is read", () => {
    const path = freshPath();
    const store = newStore(path);
    const { programming } = programFirstTile(store);
    store.close();
    const database = new Database(path);
    database.exec("UPDATE programmings SET iterations = zeroblob(length(iterations))");
    database.close();
    const again = openStore(path, { mode: "read" });
    expect(labErrorOf(() => again.programmings.cells(programming)).message).toContain("is damaged");
    again.close();
  });
});

describe("readouts", () => {
  test("come back as they were, the latest of each age and tile", () => {
    const store = newStore();
    const { run, tile, programming } = programFirstTile(store);
    const codeSums = Uint16Array.from({ length: 27 * 32 }, (_, index) => index * 2);
    const readout = {
      region: tile.region,
      averages: 8,
      readVolts: 0.2,
      codeSums,
      firstSampleSeconds: 37.5,
      lastSampleSeconds: 37.6,
      temperatureKelvin: 300.25,
      saturatedCells: 2,
    };
    const { column, columns } = tile.region;
    const calibration = uniformCalibration(
      { name: "by hand", siemensPerCode: 2e-7, offsetCodes: 1.5 },
      column + columns,
    );
    const entry = { programming, run, requestedAgeSeconds: 25, wallSeconds: wall(5), calibration, readout };
    store.readouts.add({ ...entry, readout: { ...readout, codeSums: codeSums.map(() => 1) } });
    const id = store.readouts.add(entry);
    const { codeSums: _, ...facts } = readout;
    expect(store.readouts.atAge(25)).toEqual([
      {
        id,
        tile: tile.id,
        chip: null,
        bootId: null,
        programming,
        run,
        requestedAgeSeconds: 25,
        wallSeconds: wall(5),
        calibration,
        ...facts,
      },
    ]);
    expect(store.readouts.codeSums(id)).toEqual(codeSums);
    expect(store.readouts.completeAges()).toEqual([]);
    expect(() =>
      store.readouts.add({ ...entry, readout: { ...readout, region: { ...tile.region, row: 1 } } }),
    ).toThrow(RangeError);
    store.close();
  });

  test("an age is complete when every tile was read since it was last programmed", () => {
    const store = newStore();
    fillSynthetic(store, { withResults: false });
    expect(store.readouts.completeAges()).toEqual([25, 3600, 86_400]);
    const tile = store.networks.get().tiles[1]!;
    const run = beginRun(store, "program", 9);
    store.programmings.begin({ tile: tile.id, run, wallSeconds: wall(9) });
    expect(store.readouts.completeAges()).toEqual([]);
    expect(store.readouts.atAge(25)).toHaveLength(2);
    addProgramming(store, run, tile.id, makeCells(144 * 32, seededPrng(4)), 500);
    expect(store.readouts.completeAges()).toEqual([]);
    expect(store.readouts.atAge(25)).toHaveLength(2);
    store.close();
  });
});

describe("results, runs and events", () => {
  test("the latest result of each age and compensation, baseline first, with the readings behind it", () => {
    const store = newStore();
    fillSynthetic(store, { ages: [25, 3600] });
    const results = store.results.latest();
    expect(results.map(({ ageSeconds, compensation }) => [ageSeconds, compensation])).toEqual([
      [null, "digital"],
      [25, "none"],
      [25, "gdc"],
      [25, "adabs"],
      [3600, "none"],
      [3600, "gdc"],
      [3600, "adabs"],
    ]);
    expect(store.results.readoutsOf(results[0]!.id)).toEqual([]);
    expect(store.results.readoutsOf(results[4]!.id)).toEqual(store.readouts.atAge(3600).map(({ id }) => id));
    store.close();
  });

  test("predictions come back, or are undefined when they were not kept", () => {
    const store = newStore();
    const run = beginRun(store, "infer", 0);
    const result = {
      run,
      ageSeconds: null,
      compensation: "digital",
      images: 3,
      correct: 2,
      interval: { low: 0.2, high: 0.9 },
      details: {},
      readouts: [],
    };
    const kept = store.results.add({ ...result, predictions: Uint16Array.of(7, 999, 0) });
    expect(store.results.predictions(kept)).toEqual(Uint16Array.of(7, 999, 0));
    expect(store.results.predictions(store.results.add(result))).toBeUndefined();
    store.close();
  });

  test("a run that was killed has no end; one that failed says why", () => {
    const store = newStore();
    beginRun(store, "read", 0);
    const failed = beginRun(store, "read", 1);
    store.runs.end(failed, { endedWallSeconds: wall(2), outcome: "failed", message: "the cable came out" });
    store.events.add({ run: failed, wallSeconds: wall(2), level: "error", text: "the cable came out" });
    expect(store.runs.list()).toMatchObject([
      { outcome: null, endedWallSeconds: null, host: { node: "v20.20.2" } },
      { outcome: "failed", message: "the cable came out", endedWallSeconds: wall(2) },
    ]);
    expect(store.events.list()).toEqual([
      { run: failed, wallSeconds: wall(2), level: "error", text: "the cable came out" },
    ]);
    store.close();
  });
});

describe("transactions", () => {
  test("leave no trace when the work throws", () => {
    const store = newStore();
    expect(() =>
      store.transaction(() => {
        beginRun(store, "read", 0);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(store.runs.list()).toEqual([]);
    store.close();
  });

  test("refuse work that returns a promise, and undo what it did", () => {
    const store = newStore();
    const waits = (): unknown => Promise.resolve(beginRun(store, "read", 0));
    expect(() => store.transaction(waits)).toThrow(TypeError);
    expect(store.runs.list()).toEqual([]);
    store.close();
  });
});

describe("views for people", () => {
  test("show accuracy in per cent, yield by layer and the true age of readouts", () => {
    const path = freshPath();
    const store = newStore(path);
    fillSynthetic(store);
    store.close();
    const database = new Database(path, { readonly: true });
    const one = (sql: string): unknown => database.prepare(sql).get();
    expect(one("SELECT accuracy_percent AS p FROM v_accuracy WHERE compensation = 'digital'")).toEqual({
      p: 93.87,
    });
    expect(one("SELECT count(*) AS n FROM v_yield WHERE yield_percent > 95")).toEqual({ n: 3 });
    expect(one("SELECT actual_age_seconds AS s FROM v_readouts WHERE requested_age_seconds = 3600")).toEqual({
      s: 3600,
    });
    database.close();
  });
});
