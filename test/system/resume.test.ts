/** Programming runs that are killed, stopped and resumed through the real command line, and the wear that is left of them. */

import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectChip } from "../../drivers/chip/connect.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { descriptorSchema } from "../../src/chip/descriptor.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { openLedger } from "../../src/store/ledger/chip-ledger.ts";
import { emulator, folder, json, main, pcmlab, pcmlabKilled } from "./command.ts";
import { inStore } from "./run-store.ts";
import { smallNetwork, smallWords } from "./small-network.ts";
import { deviceCount, folderOfTenTiles } from "./ten-tiles.ts";

const store = ["--chip", "./chip", "--store", "run.db"];
const program = ["program", "ten.onnx", ...store, "--converter-calibration", "nominal"];

const wearSchema = z.object({
  chips: z.array(
    z.object({
      chip: z.object({ serialNumber: z.string(), life: z.string().nullable(), maxPulsesPerCell: z.number() }),
      pulses: z.number(),
      unknownPulses: z.number(),
      pulsedCells: z.number(),
      unsettled: z.object({ trains: z.number() }),
      mostWorn: z.array(z.object({ pulses: z.number() })),
      shareOfLimit: z.number(),
    }),
  ),
});
const wear = async (cwd: string, words: readonly string[]) =>
  wearSchema.parse(await json(["wear", ...words], cwd));

/** Pulses of all cells by the emulator's own count. */
async function truth(port: number | null, rows: number, columns: number): Promise<number> {
  const chip = await connectChip(`127.0.0.1:${port}`, { timer: systemTimer, baudRate: 1 });
  try {
    let sum = 0;
    for (let row = 0; row < rows; row += 64) {
      const region = { array: 0, row, column: 0, rows: 64, columns };
      const { pulses } = await chip.perform(trueWear, { region });
      sum += pulses.reduce((total, count) => total + count, 0);
    }
    return sum;
  } finally {
    await chip.close();
  }
}

test("kill -9 again and again: resume finishes the run, and the ledger is above the truth by no more than what is unknown", async () => {
  const cwd = await folderOfTenTiles();
  const board = await emulator(["--profile", "fusion-1m", "--pty", "./chip", "--tcp", "0"], cwd);
  // A new store alone takes some 200 writes, the whole run some 3,500.
  expect(await pcmlabKilled(program, cwd, "run.db-wal", 400)).toBe("SIGKILL");
  for (const writes of [100, 150, 300])
    expect(await pcmlabKilled(["resume", ...store], cwd, "run.db-wal", writes)).toBe("SIGKILL");
  const tilesBefore = inStore(cwd, ({ programmings }) => programmings.current().length);
  const done = z
    .object({ devices: z.number(), convergedNonZeroShare: z.number() })
    .parse(await json(["resume", ...store], cwd));
  expect(done.devices).toBe(deviceCount);
  expect(done.convergedNonZeroShare).toBeGreaterThan(0.99);
  inStore(cwd, ({ programmings, readouts, runs, networks }) => {
    expect(programmings.current()).toHaveLength(networks.get().tiles.length);
    expect(programmings.current().length).toBeGreaterThan(tilesBefore);
    expect(readouts.completeAges()).toEqual([0]);
    expect(runs.list().map(({ outcome }) => outcome)).toEqual([null, null, null, null, "completed"]);
  });
  const [ledger] = (await wear(cwd, ["--chip", "./chip"])).chips;
  const felt = await truth(board.tcpPort, 512, 2048);
  expect(ledger).toMatchObject({ unsettled: { trains: 0 }, pulsedCells: deviceCount });
  expect(ledger?.pulses).toBeGreaterThanOrEqual(felt);
  expect((ledger?.pulses ?? 0) - (ledger?.unknownPulses ?? 0)).toBeLessThanOrEqual(felt);
  const again = await pcmlab(["resume", ...store], cwd);
  expect([again.exitCode, again.stderr]).toEqual([8, expect.stringContaining("was finished")]);
});

test("SIGTERM once ends the run between two bands, and resume goes on with it", async () => {
  const cwd = await folderOfTenTiles();
  await emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
  const child = spawn(process.execPath, [main, ...program], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  let writes = 0;
  const watcher = watch(cwd, (_, name) => {
    if (name === "run.db-wal" && ++writes === 500) child.kill("SIGTERM");
  });
  onTestFinished(() => watcher.close());
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(130);
  expect(stderr).toContain("stopping at the next safe point");
  const [before] = (await wear(cwd, ["--chip", "./chip"])).chips;
  expect(before).toMatchObject({ unknownPulses: 0, unsettled: { trains: 0 } });
  inStore(cwd, ({ runs, programmings }) => {
    expect(runs.list().at(-1)).toMatchObject({ outcome: "interrupted" });
    expect(programmings.unfinished().length).toBeLessThanOrEqual(1);
    // No device is left in the middle: it was programmed to its end or not begun.
    for (const { counts } of programmings.list()) expect(counts.unknown).toBe(0);
  });
  const { devices } = z.object({ devices: z.number() }).parse(await json(["resume", ...store], cwd));
  expect(devices).toBe(deviceCount);
});

test("a chip that begins anew is not resumed and has no wear; one that was saved and loaded has its old one", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  const first = await emulator(["--profile", "tiny", "--pty", "./chip", "--save", "chip.state"], cwd);
  await json(smallWords("./chip", "run.db"), cwd);
  const [worn] = (await wear(cwd, ["--chip", "./chip"])).chips;
  expect(worn?.pulses).toBeGreaterThan(320);
  expect(worn?.shareOfLimit).toBeGreaterThan(0);
  await first.stop();
  const anew = await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  const resumed = await pcmlab(["resume", ...store], cwd);
  expect([resumed.exitCode, resumed.stderr]).toEqual([
    8,
    expect.stringMatching(/the run programmed .*, life \w+; this is/),
  ]);
  const other = await pcmlab(["read", ...store, "--at", "1h", "--converter-calibration", "nominal"], cwd);
  expect([other.exitCode, other.stderr]).toEqual([
    8,
    expect.stringMatching(
      /run\.db belongs to chip .* TINY-000001, life \w+; this is .* TINY-000001, life \w+/,
    ),
  ]);
  const over = [
    ...smallWords("./chip", "run.db").filter((word) => word !== "--quiet"),
    "--yes",
    "--ledger",
    "other",
  ];
  const programmed = await pcmlab(over, cwd);
  expect([programmed.exitCode, programmed.stderr]).toEqual([8, expect.stringMatching(/belongs to chip/)]);
  expect(programmed.stderr).not.toContain("get pulses again");
  const none = await pcmlab(["wear", "--chip", "./chip"], cwd);
  expect([none.exitCode, none.stderr]).toEqual([8, expect.stringContaining("holds no wear ledger")]);
  await anew.stop();
  await emulator(["--load", "chip.state", "--pty", "./chip"], cwd);
  expect((await wear(cwd, ["--chip", "./chip"])).chips).toEqual([worn]);
  expect((await wear(cwd, ["--serial", worn?.chip.serialNumber ?? ""])).chips).toEqual([worn]);
  const read = await pcmlab(["read", ...store, "--at", "1h", "--converter-calibration", "nominal"], cwd);
  expect([read.exitCode, read.stderr]).toEqual([
    8,
    expect.stringContaining("the board restarted since run.db was programmed"),
  ]);
});

test("limits of the user's own are kept, and those that are wider than the chip's are refused", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  const words = smallWords("./chip", "run.db");
  const few = await pcmlab([...words, "--max-pulses-per-cell", "8"], cwd);
  expect([few.exitCode, few.stderr]).toEqual([
    5,
    expect.stringMatching(/row \d+, column \d+ has had \d+ pulses; .* over 8/),
  ]);
  const wide = await pcmlab([...words, "--max-pulses-per-cell", "4294967295"], cwd);
  expect([wide.exitCode, wide.stderr]).toEqual([5, expect.stringContaining("maxPulsesPerCell")]);
  await writeFile(join(cwd, "cold.json"), JSON.stringify({ maxKelvin: 290 }));
  const cold = await pcmlab([...words, "--envelope", "cold.json"], cwd);
  expect([cold.exitCode, cold.stderr]).toEqual([
    5,
    expect.stringMatching(/300 K, the envelope allows pulses from 273 to 290 K/),
  ]);
  await writeFile(join(cwd, "weak.json"), JSON.stringify({ maxPulseJoules: 1e-10 }));
  const weak = await pcmlab([...words, "--envelope", "weak.json"], cwd);
  expect([weak.exitCode, weak.stderr]).toEqual([
    5,
    expect.stringMatching(/cannot be programmed in this way/),
  ]);
  await writeFile(join(cwd, "wrong.json"), JSON.stringify({ maxPulses: 1 }));
  expect((await pcmlab([...words, "--envelope", "wrong.json"], cwd)).exitCode).toBe(7);
  const identified = await pcmlab(["identify", "--chip", "./chip"], cwd);
  expect(identified.stdout).toMatch(/envelope {4}up to 5 nJ a pulse at 3\.3 V, 10,000,000 pulses a cell/);
});

test("a chip whose ledger another process writes is not pulsed", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  const { descriptor } = z
    .object({ descriptor: descriptorSchema })
    .parse(await json(["identify", "--chip", "./chip"], cwd));
  const owner = { process: process.pid, host: "bench", command: "program", sinceWallSeconds: 0 };
  const ledger = openLedger(join(cwd, "ledger"), descriptor, owner);
  onTestFinished(() => ledger.close());
  const second = await pcmlab(smallWords("./chip", "run.db"), cwd);
  expect(second.exitCode).toBe(8);
  expect(second.stderr).toContain(`is being written by process ${process.pid} on bench`);
  ledger.close();
  expect((await pcmlab(smallWords("./chip", "run.db"), cwd)).exitCode).toBe(0);
});
