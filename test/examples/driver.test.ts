/** The example of a driver for another board: it is loaded by name, checked, and programs a region of its own board. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { openWithDriver } from "../../drivers/chip/driver-module.ts";
import { withLimits } from "../../src/chip/limits.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { folder, json } from "../system/command.ts";

const driver = join(import.meta.dirname, "../../examples/driver/ascii-board.mjs");
const simulator = join(import.meta.dirname, "../../examples/driver/simulator.mjs");
const region = { array: 0, row: 2, column: 3, rows: 4, columns: 5 };
const tools = { timer: systemTimer, clock: systemClock };

/** A board of the example and its address. */
async function board(): Promise<string> {
  const { simulatedBoard, serveBoard } = await import(simulator);
  const server = await serveBoard(simulatedBoard(42), 0);
  onTestFinished(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

async function opened(): Promise<OpenedChip> {
  const chip = await openWithDriver(driver, await board(), tools);
  onTestFinished(() => chip.close());
  return chip;
}

describe("the driver of the example", () => {
  test("says who its board is", async () => {
    const chip = await opened();
    expect(chip.identification).toBe("Imaginary Instruments,ASCII-16,SN0007,1");
    expect([chip.bootId, await chip.currentBootId()]).toEqual([42, 42]);
    expect(await chip.temperature()).toBe(300);
    await chip.safeOff();
  });

  test("programs a region by the program-and-verify of pcmlab", async () => {
    const chip = withLimits(await opened());
    const calibration = nominalCalibration(chip.descriptor);
    const targets = Float32Array.from({ length: 20 }, (_, n) => (n % 5) * 5e-6);
    const parameters = parametersFor(chip.descriptor);
    const done = await programRegion(chip, region, targets, { parameters, calibration });
    const converged = done.outcomes.filter((code) => cellOutcomes[code] === "converged").length;
    expect(converged).toBeGreaterThanOrEqual(19);
    expect(done.unknownPulses).toBe(0);
    expect(done.endSeconds).toBeGreaterThan(done.startSeconds);
    const { codeSums, averages } = await chip.read(region, { averages: 4, readVolts: 0.2 });
    for (const [cell, siemens] of conductances(codeSums, averages, calibration, region).entries())
      if (cellOutcomes[done.outcomes[cell]!] === "converged")
        expect(Math.abs(siemens - targets[cell]!)).toBeLessThan(2e-6);
  });

  test("reads only what a mask chooses", async () => {
    const chip = await opened();
    const mask = Uint8Array.from({ length: 20 }, (_, n) => (n === 7 ? 1 : 0));
    const { codeSums } = await chip.read(region, { averages: 2, readVolts: 0.2, mask });
    expect([...codeSums].filter((code) => code > 0)).toEqual([2 * 409]);
  });

  test("is not called beyond the limits of its descriptor", async () => {
    const chip = withLimits(await opened());
    await expect(chip.read(region, { averages: 17, readVolts: 0.2 })).rejects.toMatchObject(
      labError("LIMIT"),
    );
  });

  test("tells of a board that hangs up", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(openWithDriver(driver, `127.0.0.1:${port}`, tools)).rejects.toMatchObject(
      labError("LINK_LOST"),
    );
    await expect(openWithDriver(driver, "127.0.0.1:1", tools)).rejects.toMatchObject(
      labError("PORT_MISSING"),
    );
  });
});

test("the config file of the example names the driver, and another folder may name the config file", async () => {
  const cwd = await folder();
  const config = join(import.meta.dirname, "../../examples/driver/pcmlab.toml");
  const words = ["identify", "--config", config, "--chip", await board()];
  expect(await json(words, cwd)).toMatchObject({ identification: "Imaginary Instruments,ASCII-16,SN0007,1" });
});

/** A driver of these words in a folder that is gone after the test. */
async function written(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-driver-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "driver.mjs");
  await writeFile(path, text);
  return path;
}

const methods = "read pulse mvm temperature now waitUntil safeOff close".split(" ");
const descriptor = JSON.stringify({
  protocol: "1.0",
  manufacturer: "test",
  model: "A",
  serialNumber: "1",
  firmware: "1",
  emulated: true,
  arrays: [{ name: "A", rows: 2, columns: 2 }],
  read: {
    adcBits: 8,
    fullScaleSiemens: 5e-5,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 4,
  },
  program: {
    dacBits: 8,
    fullScaleAmperes: 5e-4,
    maxAmperes: 5e-4,
    minWidthSeconds: 1e-8,
    maxWidthSeconds: 1e-5,
    maxTrailingSeconds: 0,
    maxSteps: 4,
  },
  maxCellsPerRequest: 4,
  features: [],
});
const chipWith = (members: string, given = descriptor): string =>
  `const nothing = async () => 0;
   export const openChip = async () => ({ descriptor: ${given}, ${methods.map((name) => `${name}: nothing`)}, ${members} });`;

test("what is right is handed on", async () => {
  const right = `
    read: async () => ({ codeSums: new Uint16Array(4), firstSampleSeconds: 2, lastSampleSeconds: 2 }),
    pulse: async () => ({ operationId: 1, pulses: 0, certainty: "unknown", startSeconds: 0, endSeconds: 0 })`;
  const chip = await openWithDriver(await written(chipWith(right)), "x", tools);
  const square = { array: 0, row: 0, column: 0, rows: 2, columns: 2 };
  expect((await chip.read(square, { averages: 1, readVolts: 0.2 })).lastSampleSeconds).toBe(2);
  const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
  const amplitudeCodes = new Uint16Array(4);
  expect((await chip.pulse(square, { kind: "per-cell", shape, amplitudeCodes })).certainty).toBe("unknown");
});

describe("a driver that cannot be used says why", () => {
  test.each([
    ["no module", "export const =", /cannot be loaded/],
    ["no openChip", "export const open = 1;", /exports no function openChip/],
    ["fails to open", "export const openChip = () => { throw new Error('no power'); };", /no power/],
    ["no object", "export const openChip = async () => 7;", /is no object/],
    [
      "lacks methods",
      "export const openChip = async () => ({ read() {}, now() {} });",
      /lacks pulse, mvm, temp/,
    ],
    ["a wrong descriptor", chipWith("", '{ "protocol": "1.0" }'), /wrong at "manufacturer"/],
  ])("%s", async (_, text, message) => {
    await expect(openWithDriver(await written(text), "x", tools)).rejects.toMatchObject({
      ...labError("DRIVER"),
      message: expect.stringMatching(message),
      next: expect.any(String),
    });
  });

  test("a path that leads nowhere, and a package that is not there", async () => {
    for (const name of ["./nothing.mjs", "no-such-package"])
      await expect(openWithDriver(name, "x", tools)).rejects.toMatchObject(labError("DRIVER"));
    await expect(openWithDriver("bad.mjs", "x", tools)).rejects.toMatchObject({
      ...{ message: expect.not.stringContaining("\n"), next: "write ./bad.mjs if it is a file" },
    });
  });

  test("a board that is not there is not looked for by `pcmlab devices`, which knows none of a driver", async () => {
    const text =
      "export const openChip = (_, tools) => { throw tools.failure('PORT_MISSING', 'nobody answers'); };";
    await expect(openWithDriver(await written(text), "x", tools)).rejects.toMatchObject({
      ...{ code: "PORT_MISSING", next: expect.stringContaining("--chip x") },
    });
  });

  const square = { array: 0, row: 0, column: 0, rows: 2, columns: 2 };
  const train = {
    kind: "per-cell",
    shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
    amplitudeCodes: Uint16Array.of(1, 0, 1, 0),
  } as const;
  const pulsed = (wrong: string): string =>
    receipt(`operationId: 1, pulses: 2, certainty: "acknowledged", startSeconds: 0, endSeconds: 1, ${wrong}`);
  const sampled = (first: string, last: string): string =>
    `firstSampleSeconds: ${first}, lastSampleSeconds: ${last}`;
  const samples = (first: string, last: string): string =>
    `read: async () => ({ codeSums: new Uint16Array(4), ${sampled(first, last)} })`;
  const products = (first: string, last: string): string =>
    `mvm: async () => ({ outputs: new Int16Array(2), ${sampled(first, last)} })`;
  const receipt = (rest: string): string => `pulse: async () => ({ ${rest} })`;
  test.each<[string, string, (chip: OpenedChip) => Promise<unknown>, RegExp]>([
    [
      "codes of a wrong length",
      "read: async () => ({ codeSums: new Uint16Array(3) })",
      read,
      /3 codes .* 4 cells/,
    ],
    ["codes of a wrong kind", "read: async () => ({ codeSums: [1, 2, 3, 4] })", read, /NaN codes/],
    ["no time", "now: async () => undefined", (chip) => chip.now(), /the number undefined/],
    ["other pulses", receipt("pulses: 3, certainty: 'acknowledged'"), pulse, /acknowledged 3 pulses of 2/],
    ["no certainty", receipt("pulses: 2, startSeconds: 0, endSeconds: 1"), pulse, /the certainty undefined/],
    [
      "no operation id",
      receipt("pulses: 2, certainty: 'acknowledged', startSeconds: 0, endSeconds: 1"),
      pulse,
      /the operation id undefined/,
    ],
    ["an operation id of 0", pulsed("operationId: 0"), pulse, /the operation id 0/],
    ["half an operation id", pulsed("operationId: 1.5"), pulse, /the operation id 1\.5/],
    ["pulses without times", pulsed("startSeconds: undefined"), pulse, /from undefined s to 1 s/],
    ["pulses that end before they begin", pulsed("startSeconds: 2"), pulse, /pulses from 2 s to 1 s/],
    ["pulses without end", pulsed("endSeconds: Infinity"), pulse, /to Infinity s/],
    ["samples without times", samples("undefined", "1"), read, /samples from undefined s to 1 s/],
    ["samples at no time", samples("0", "NaN"), read, /samples from 0 s to NaN s/],
    ["samples that end before they begin", samples("3", "2"), read, /samples from 3 s to 2 s/],
    ["products without times", products("null", "1"), multiply, /mvm gave samples from null s to 1 s/],
    ["products in the wrong order", products("1", "0"), multiply, /samples from 1 s to 0 s/],
    ["no receipt", "pulse: async () => undefined", pulse, /pulse failed/],
    ["a plain error", "now() { throw new Error('fuse'); }", (chip) => chip.now(), /now failed: fuse/],
  ])("%s", async (_, members, ask, message) => {
    const chip = await openWithDriver(await written(chipWith(members)), "x", tools);
    await expect(ask(chip)).rejects.toMatchObject({
      ...labError("DRIVER"),
      message: expect.stringMatching(message),
    });
    expect(chip.bootId).toBe(0);
  });

  function read(chip: OpenedChip): Promise<unknown> {
    return chip.read(square, { averages: 1, readVolts: 0.2 });
  }

  function multiply(chip: OpenedChip): Promise<unknown> {
    const cells = { row: 0, column: 0, rows: 2, columns: 2 };
    return chip.mvm({ cells, phases: 1, inputs: new Int8Array(2) });
  }

  function pulse(chip: OpenedChip): Promise<unknown> {
    return chip.pulse(square, train);
  }
});
