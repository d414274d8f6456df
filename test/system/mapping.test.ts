/** The choices of the mapping, from the command line to the weights that the store gives back. */

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { weightsAt } from "../../src/cli/actions/stored-weights.ts";
import { readNetwork } from "../../src/network/read.ts";
import { openStore } from "../../src/store/store.ts";
import { emulator, folder, json, pcmlab } from "./command.ts";
import { smallNetwork } from "./small-network.ts";

const summarySchema = z.object({
  devices: z.number(),
  mapping: z.object({
    scale: z.string(),
    clippedWeights: z.number(),
    avoidedLines: z.number(),
    stuck: z.object({ markedDevices: z.number(), harmfulDevices: z.number() }),
    stuckBefore: z.object({ harmfulDevices: z.number() }),
  }),
});

async function folderWithNetwork(): Promise<string> {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  return cwd;
}

/** Root mean square of what the weights of a store are off by, in units of the largest weight, and the lines that they lie on. */
function inspected(path: string) {
  const network = readNetwork(smallNetwork);
  const [layer] = network.layers;
  const store = openStore(path, { mode: "read" });
  try {
    const [read] = weightsAt(store, network, 25).weights;
    const wanted = layer?.weights ?? new Float32Array();
    const squares = wanted.reduce((sum, weight, k) => sum + (weight - (read?.[k] ?? Number.NaN)) ** 2, 0);
    const { tiles } = store.networks.get();
    return { error: Math.sqrt(squares / wanted.length), tiles };
  } finally {
    store.close();
  }
}

const list = "array,row,column,state\n0,*,20\n0,3,0,low\n0,3,1,low\n0,9,41,low\n";

test.each([
  ["tiny", [], 2, 1],
  ["tiny", ["--scale", "column"], 2, 1],
  ["tiny", ["--scale", "percentile:100", "--devices", "4"], 4, 1],
  ["hermes-core", ["--scale", "column", "--devices", "4", "--gmax", "10uS"], 4, 4],
] as const)(
  "on %s with %j the weights come back, beside what is avoided",
  async (profile, options, devices, arrays) => {
    const cwd = await folderWithNetwork();
    await writeFile(join(cwd, "avoid.csv"), list);
    const board = await emulator(["--profile", profile, "--seed", "5", "--tcp", "0"], cwd);
    const chip = [
      "--chip",
      `127.0.0.1:${board.tcpPort}`,
      "--store",
      "run.db",
      "--quiet",
      "--converter-calibration",
      "nominal",
    ];
    const words = ["program", "small.onnx", ...chip, ...options, "--avoid", "avoid.csv"];
    const summary = summarySchema.parse(await json(words, cwd));
    expect(summary.devices).toBe(160 * devices);
    expect(summary.mapping).toMatchObject({
      clippedWeights: 0,
      avoidedLines: 1,
      stuck: { harmfulDevices: 0 },
    });
    await json(["read", ...chip, "--at", "25s", "--volts", "0.2V"], cwd);
    const { error, tiles } = inspected(join(cwd, "run.db"));
    expect(error).toBeLessThan(0.1);
    expect(new Set(tiles.map(({ region }) => region.array)).size).toBe(arrays);
    for (const { region } of tiles)
      expect(region.column <= 20 && region.column + region.columns > 20).toBe(false);
  },
);

test("choices that cannot be are refused before anything is written", async () => {
  const cwd = await folderWithNetwork();
  await writeFile(join(cwd, "avoid.csv"), "array,row,column\n0,64,0\n");
  const board = await emulator(["--profile", "tiny", "--seed", "5", "--tcp", "0"], cwd);
  const refused = async (...options: string[]): Promise<string> => {
    const chip = [
      "--chip",
      `127.0.0.1:${board.tcpPort}`,
      "--store",
      "run.db",
      "--converter-calibration",
      "nominal",
    ];
    const ended = await pcmlab(["program", "small.onnx", ...chip, ...options], cwd);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.stderr).toMatch(/\n {2}next: \S/);
    return ended.stderr;
  };
  expect(await refused("--devices", "3")).toContain("two or four devices [USAGE]");
  expect(await refused("--scale", "percentile:101")).toContain("[USAGE]");
  expect(await refused("--layout", "unit-cells")).toContain("not in unit cells");
  expect(await refused("--avoid", "avoid.csv")).toContain("the device at array 0, row 64, column 0");
  expect(await refused("--avoid", "nowhere.csv")).toContain("[BAD_DATA]");
  expect(existsSync(join(cwd, "run.db"))).toBe(false);
});
