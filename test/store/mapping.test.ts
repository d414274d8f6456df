import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { weightsAt } from "../../src/cli/actions/stored-weights.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { placeNetwork } from "../../src/network/placement.ts";
import { readNetwork } from "../../src/network/read.ts";
import type { Scale } from "../../src/network/scale.ts";
import { applicationId, newestSchema } from "../../src/store/migrate.ts";
import { firstLight } from "../../src/store/migrations/001-first-light.ts";
import type { NewNetwork } from "../../src/store/networks.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { stuckDevices } from "../../src/store/stuck-devices.ts";
import { convNet, coreOf } from "../network/networks.ts";
import { labErrorOf } from "./failure.ts";
import { addProgramming, beginRun, descriptor, gmaxSiemens, makeCells, wall } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const onnx = encodeModel(convNet());
const network = readNetwork(onnx, { bias: "array" });

/** The network as `pcmlab program` stores it, with the rows of every tile upside down. */
function mappedNetwork(scale: Scale, devicesPerWeight: 2 | 4): NewNetwork {
  const mappings = network.layers.map((layer) => mapLayer(layer, { scale, gmaxSiemens, devicesPerWeight }));
  const layout = devicesPerWeight === 4 ? "unit-cells" : "bit-lines";
  const { tiles } = placeNetwork(network.layers, coreOf(32, 32), { devicesPerWeight, layout });
  return {
    name: "conv.onnx",
    onnx,
    gmaxSiemens,
    options: { bias: "array", scale: scale.kind, devices: devicesPerWeight, layout },
    layers: network.layers.map(({ name, kind, rows, columns, biasInArray }, index) => {
      const { siemensPerWeight, clipping } = mappings[index]!;
      return { index, name, kind, rows, columns, siemensPerWeight, clipping, hasBiasRow: biasInArray };
    }),
    tiles: tiles.map((tile) => ({
      ...tile,
      rowOrder: Uint16Array.from({ length: tile.rows }, (_, line) => tile.rows - 1 - line),
    })),
  };
}

describe("a mapping in a store", () => {
  test.each([
    [{ kind: "layer" }, 2],
    [{ kind: "column" }, 2],
    [{ kind: "column" }, 4],
    [{ kind: "percentile", percent: 90 }, 4],
  ] as const)("comes back as it was: %j, %i devices a weight", (scale, devices) => {
    const path = freshPath();
    const wanted = mappedNetwork(scale, devices);
    const store = openStore(path, { mode: "create" });
    store.networks.put(wanted);
    store.close();
    const again = openStore(path, { mode: "existing" });
    const stored = again.networks.get();
    expect(stored.layers).toEqual(wanted.layers);
    expect(stored.tiles.map(({ id, ...tile }) => tile)).toEqual(wanted.tiles);
    expect(again.networks.put(wanted)).toEqual(stored);
    const other = mappedNetwork(scale.kind === "layer" ? { kind: "column" } : { kind: "layer" }, devices);
    expect(labErrorOf(() => again.networks.put(other)).message).toContain("another mapping or placement");
    const moved = { ...wanted, tiles: wanted.tiles.map(({ rowOrder, ...tile }) => tile) };
    expect(labErrorOf(() => again.networks.put(moved)).message).toContain("another mapping or placement");
    again.close();
  });

  test.each([2, 4] as const)("gives the weights of what was read, %i devices a weight", (devices) => {
    const store = openStore(freshPath(), { mode: "create" });
    const wanted = mappedNetwork({ kind: "column" }, devices);
    readExactly(store, wanted);
    const { weights } = weightsAt(store, network, 25);
    weights.forEach((values, index) => {
      const layer = network.layers[index]!;
      values.forEach((weight, k) => {
        const column = wanted.layers[index]!.siemensPerWeight[k % layer.columns]!;
        const step = nominalCalibration(descriptor).siemensPerCode[0]! / averages;
        expect(Math.abs(weight - layer.weights[k]!)).toBeLessThanOrEqual((devices * step) / column);
      });
    });
    store.close();
  });
});

const averages = 64;

/** Programs and reads every tile at 25 s; devices are exact, codes are rounded. */
function readExactly(store: Store, wanted: NewNetwork): void {
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, descriptor);
  const devicesPerWeight = wanted.tiles.some((tile) => tile.devices.length === 1) ? 4 : 2;
  const calibration = nominalCalibration(descriptor);
  for (const tile of store.networks.put(wanted).tiles) {
    const layer = network.layers[tile.layer]!;
    const { siemensPerWeight, clipping } = wanted.layers[tile.layer]!;
    const mapping = { siemensPerWeight, clipping, gmaxSiemens, devicesPerWeight } as const;
    const targetSiemens = tileTargets(layer, tile, mapping);
    const cells = { ...makeCells(cellCount(tile.region), seededPrng(1)), targetSiemens };
    store.readouts.add({
      programming: addProgramming(store, run, tile.id, cells, 10),
      run,
      requestedAgeSeconds: 25,
      wallSeconds: wall(25),
      calibration,
      readout: {
        region: tile.region,
        averages,
        readVolts: 0.2,
        codeSums: Uint16Array.from(targetSiemens, (g) =>
          Math.round((g / calibration.siemensPerCode[0]!) * averages),
        ),
        firstSampleSeconds: 35,
        lastSampleSeconds: 35.1,
        temperatureKelvin: 300,
        saturatedCells: 0,
      },
    });
  }
}

describe("a store of schema 1", () => {
  test("opens and gives the weights that it always gave", () => {
    const path = freshPath();
    const expected = writeFirstSchema(path);
    const store = openStore(path, { mode: "existing" });
    const stored = store.networks.get();
    expect(stored.options).toEqual({ bias: "array", scale: "layer", devices: 2, layout: "bit-lines" });
    expect(stored.tiles.map(({ devices, rowOrder }) => [devices, rowOrder])).toEqual([
      [[0, 1], undefined],
      [[0, 1], undefined],
    ]);
    expect(stored.layers.map(({ clipping }) => clipping)).toEqual([
      { weights: 0, largestError: 0 },
      { weights: 0, largestError: 0 },
    ]);
    expect(weightsAt(store, network, 25).weights).toEqual(expected);
    store.close();
    const database = new Database(path);
    expect(database.pragma("user_version", { simple: true })).toBe(newestSchema);
    database.close();
  });

  test("takes the same network with the same mapping, as this version stores it", () => {
    const path = freshPath();
    writeFirstSchema(path);
    const store = openStore(path, { mode: "existing" });
    const { tiles, layers, options } = store.networks.get();
    const put = (changed: object) =>
      store.networks.put({
        name: "conv.onnx",
        onnx,
        gmaxSiemens,
        options: { ...options, ...changed },
        layers,
        tiles,
      });
    expect(put({}).tiles).toEqual(tiles);
    expect(labErrorOf(() => put({ scale: "column" })).message).toContain("another mapping");
    store.close();
  });
});

/** Writes what pcmlab 0.1 wrote, and gives the weights that it made of it: (G+ - G-) / beta. */
function writeFirstSchema(path: string): Float32Array[] {
  const database = new Database(path);
  database.exec(firstLight);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma("user_version = 1");
  const insert: Insert = (table, row) => {
    const names = Object.keys(row);
    const values = names.map((name) => `@${name}`);
    database.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${values.join(", ")})`).run(row);
  };
  const chip = JSON.stringify(descriptor);
  const { manufacturer, model, serialNumber: serial_number, firmware } = descriptor;
  insert("chips", { id: 1, manufacturer, model, serial_number, firmware, emulated: 1, descriptor: chip });
  const texts = { command: "program", command_line: "[]", tool_version: "0.1.0", host: "{}", config: "{}" };
  insert("runs", { id: 1, ...texts, chip_id: 1, started_wall: 0 });
  const sha256 = createHash("sha256").update(onnx).digest("hex");
  const options = '{"bias":"array"}';
  insert("networks", { id: 1, name: "conv.onnx", sha256, onnx, gmax_siemens: gmaxSiemens, options });
  let firstColumn = 0;
  const weights = network.layers.map((layer, index) => {
    const { name, kind, rows, columns } = layer;
    const beta = gmaxSiemens / layer.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    const ids = { network_id: 1, layer_index: index };
    insert("layers", { ...ids, name, kind, rows, columns, beta, has_bias_row: 1 });
    const region = { array_index: 0, region_row: 0, region_column: firstColumn };
    const size = { region_rows: rows, region_columns: 2 * columns };
    insert("tiles", {
      id: index + 1,
      ...ids,
      first_row: 0,
      first_column: 0,
      rows,
      columns,
      ...region,
      ...size,
    });
    firstColumn += 2 * columns;
    const codes = Uint16Array.from({ length: 2 * layer.weights.length }, (_, cell) => (cell * 37) % 2000);
    insertReadout(insert, index + 1, codes);
    return Float32Array.from(layer.weights, (_, k) => {
      const step = gmaxSiemens / 200;
      const [plus, minus] = [
        Math.fround((codes[2 * k]! * step) / 8),
        Math.fround((codes[2 * k + 1]! * step) / 8),
      ];
      return (plus - minus) / beta;
    });
  });
  database.close();
  return weights;
}

type Insert = (table: string, row: Record<string, unknown>) => void;

function insertReadout(insert: Insert, tile: number, codes: Uint16Array): void {
  const cells = codes.length;
  insert("programming_starts", { id: tile, tile_id: tile, run_id: 1, started_wall: 0 });
  const [target_siemens, outcomes] = [new Uint8Array(4 * cells), new Uint8Array(cells)];
  const counts = { converged: cells, exhausted: 0, stuck_low: 0, stuck_high: 0, skipped: 0, unknown: 0 };
  const blobs = {
    target_siemens,
    outcomes,
    iterations: new Uint8Array(cells),
    pulses: new Uint8Array(2 * cells),
  };
  const times = { started_chip: 0, ended_chip: 1 };
  const facts = { algorithm: "melt-quench", parameters: "{}", complete: 1, pulse_count: 0, crc32: 0 };
  insert("programmings", { id: tile, start_id: tile, ...facts, ...times, ...counts, ...blobs });
  const sums = new Uint8Array(codes.buffer);
  const reading = {
    requested_age: 25,
    averages: 8,
    read_volts: 0.2,
    temperature_kelvin: 300,
    saturated_cells: 0,
  };
  const when = { first_sample_chip: 26, last_sample_chip: 26, read_wall: 0 };
  const converter = { calibration: "nominal", siemens_per_code: gmaxSiemens / 200, offset_codes: 0 };
  const ids = { programming_id: tile, run_id: 1 };
  insert("readouts", { ...ids, ...reading, ...when, ...converter, code_sums: sums, crc32: crc32(sums) });
}

test("a device is stuck when its last outcome says so", () => {
  const store = openStore(freshPath(), { mode: "create" });
  const run = beginRun(store, "program", 0);
  const [tile] = store.networks.put(mappedNetwork({ kind: "layer" }, 2)).tiles;
  const { region, id } = tile!;
  const cells = makeCells(cellCount(region), seededPrng(1));
  const outcomesOf = (codes: Record<number, number>) => ({
    ...cells,
    outcomes: cells.outcomes.map((_, cell) => codes[cell] ?? 0),
  });
  addProgramming(store, run, id, outcomesOf({ 0: 2, 1: 3, 7: 2, 8: 3 }), 1);
  addProgramming(store, run, id, outcomesOf({ 1: 1, 7: 4, 8: 5, 9: 2 }), 2);
  const at = (cell: number, state: "low" | "high") => ({
    array: region.array,
    row: region.row + Math.floor(cell / region.columns),
    column: region.column + (cell % region.columns),
    state,
  });
  expect(stuckDevices(store)).toEqual([at(7, "low"), at(8, "high"), at(9, "low")]);
  store.close();
});
