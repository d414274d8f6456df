/** What bad input is tried on: a programmed chip and another one, on TCP, the store of the first, and files good and bad beside it. */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll } from "vitest";
import { tiny } from "../../../mocks/array/profiles/tiny.ts";
import { powerUp } from "../../../mocks/host/power-up.ts";
import { hostOnTcp } from "../../../mocks/host/tcp-host.ts";
import { systemTimer } from "../../../src/core/system-clock.ts";
import { encodeModel } from "../../../src/network/onnx/codec.ts";
import { onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { runInProcess } from "../../cli/run-in-process.ts";
import { external, twoLayers, withTensor, writeImages } from "../../cli/small-classifier.ts";
import { classifier, ramp } from "../../network/networks.ts";

export interface World {
  /** A file of its folder. */
  readonly file: (name: string) => string;
  /** The chip of run.db, a day after it was programmed, and one of another serial number. */
  readonly board: string;
  readonly stranger: string;
}

/** Gone after the tests of the file. */
export async function makeWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bad-input-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = (name: string): string => join(folder, name);
  writeNetworks(file);
  writeOthers(file);
  for (const [name, side, classes] of [
    ["good", 4, 3],
    ["training", 4, 3],
    ["wide", 5, 3],
    ["many", 4, 7],
  ] as const)
    writeImages(folder, name, side, classes);
  writeImages(folder, "bare", 4, 3, false);
  const [board, stranger] = [await hosted(5), await hosted(6)];
  await fill({ file, board, stranger });
  damage(file);
  return { file, board, stranger };
}

/** host:port of a chip. */
async function hosted(seed: number): Promise<string> {
  const { firmware } = powerUp({ profile: tiny, seed }, { bootId: seed, life: String(seed) });
  const host = await hostOnTcp(firmware, 0, systemTimer);
  afterAll(() => host.close());
  return `127.0.0.1:${host.port}`;
}

export const onBoard = ({ file }: World, chip: string): readonly string[] => [
  ...["--chip", chip, "--reconnect", "0", "--store", file("run.db")],
];

async function fill(world: World): Promise<void> {
  const { file, board } = world;
  const nominal = ["--converter-calibration", "nominal", "--quiet"];
  const wear = ["--ledger", file("ledger"), "--read-at", "25s"];
  const commands = [
    ["program", file("two.onnx"), ...onBoard(world, board), ...nominal, ...wear],
    ["read", ...onBoard(world, board), ...nominal, "--at", "1d"],
    [
      "campaign",
      "new",
      ...onBoard(world, board),
      "--converter-calibration",
      "nominal",
      "--at",
      "2d",
      "--quiet",
    ],
  ];
  for (const words of commands) {
    const { exitCode, stderr } = await runInProcess(words, "/nonexistent");
    if (exitCode !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
    if (words[0] === "read") copyFileSync(file("run.db"), file("idle.db"));
  }
}

function writeNetworks(file: World["file"]): void {
  const wide = classifier({
    nodes: [onnxNode("MatMul", ["image", "w"], ["scores"], { name: "dense" })],
    initializers: [floatTensor("w", [400, 10], ramp(4000, -0.5, 0.0002))],
    input: ["batch", 400],
    classes: 10,
  });
  const recurrent = classifier({
    nodes: [onnxNode("LSTM", ["image"], ["scores"], { name: "memory" })],
    initializers: [],
    input: ["batch", 8],
    classes: 10,
  });
  const networks = {
    "two.onnx": encodeModel(twoLayers()),
    "short.onnx": encodeModel(twoLayers()).subarray(0, 200),
    "too-large.onnx": encodeModel(wide),
    "recurrent.onnx": encodeModel(recurrent),
    "nan.onnx": withTensor("conv.weight", (values) => values.fill(Number.NaN, 4, 5)),
    "external.onnx": external("weights.bin"),
    "escaping.onnx": external("../../etc/passwd"),
  };
  for (const [name, bytes] of Object.entries(networks)) writeFileSync(file(name), bytes);
}

function writeOthers(file: World["file"]): void {
  writeFileSync(file("notes.txt"), "no port, no state, no store\n");
  writeFileSync(file("short.bin"), new Uint8Array(5000));
  writeFileSync(file("contradiction.json"), JSON.stringify({ minKelvin: 400, maxKelvin: 300 }));
  writeFileSync(file("pulses.json"), JSON.stringify({ maxPulsesPerCell: 10 }));
  writeFileSync(file("generous.json"), JSON.stringify({ maxPulsesPerCell: 2 ** 31, maxKelvin: 2000 }));
  const { device, ...rest } = tiny;
  writeFileSync(file("missing.json"), JSON.stringify(rest));
  writeFileSync(
    file("impossible.json"),
    JSON.stringify({ ...rest, device: { ...device, onsetAmperes: -1 } }),
  );
  mkdirSync(file("folder.db"));
}

/** Copies of the store that are not as they were written. */
function damage(file: World["file"]): void {
  const bytes = readFileSync(file("idle.db"));
  writeFileSync(file("truncated.db"), bytes.subarray(0, bytes.length / 2));
  writeFileSync(
    file("corrupted.db"),
    bytes.map((byte, at) => (at >= 4096 && at < 8192 ? byte ^ 0xa5 : byte)),
  );
  copyFileSync(file("idle.db"), file("newer.db"));
  alter(file("newer.db"), (database) => database.pragma("user_version = 999"));
}

function alter(path: string, change: (database: Database.Database) => void): void {
  const database = new Database(path);
  change(database);
  database.close();
}
