/** The library against emulated chips within this process. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type ConnectOptions,
  cellOutcomes,
  connect,
  openStore,
  programConductances,
  programMatrix,
  programNetwork,
  readConductances,
  readMatrix,
  startEmulator,
} from "../../src/index.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "pcmlab-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function address(profile: string): Promise<string> {
  const emulator = await startEmulator({ profile, seed: 1 });
  onTestFinished(() => emulator.close());
  return emulator.address;
}

async function chipOf(profile: string, options: ConnectOptions = {}) {
  const chip = await connect(await address(profile), { ledgerFolder: folder(), ...options });
  onTestFinished(() => chip.close());
  return chip;
}

const matrixOf = (rows: number, columns: number) => ({
  rows,
  columns,
  weights: Float32Array.from({ length: rows * columns }, (_, i) => Math.cos(1 + i)),
});

function medianDifference(a: Float32Array, b: Float32Array): number {
  const differences = a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))).sort();
  return differences[Math.floor(a.length / 2)] ?? Number.NaN;
}

describe("a matrix", () => {
  test("comes back as its weights, and drifts", async () => {
    const chip = await chipOf("tiny");
    const matrix = matrixOf(12, 9);
    const programmed = await programMatrix(chip, matrix);
    // A few devices of any chip are stuck.
    expect(programmed.outcomes.converged).toBeGreaterThan(0.97 * 2 * 12 * 9);
    const soon = await readMatrix(chip, programmed, { ageSeconds: 25 });
    expect(soon.ageSeconds).toBeGreaterThanOrEqual(25);
    expect(soon.ageSeconds).toBeLessThan(26);
    expect(medianDifference(soon.weights, matrix.weights)).toBeLessThan(0.06);
    const later = await readMatrix(chip, programmed, { ageSeconds: 86_400 });
    const size = (weights: Float32Array): number =>
      weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    expect(size(later.weights) / size(soon.weights)).toBeGreaterThan(0.4);
    expect(size(later.weights) / size(soon.weights)).toBeLessThan(0.9);
  });

  test("lies in unit cells where a weight has as many devices as they, each column by its own scale", async () => {
    const chip = await chipOf("hermes-core");
    const matrix = matrixOf(8, 4);
    const options = { devicesPerWeight: 4, scale: "column", gmaxSiemens: 8e-6 } as const;
    const programmed = await programMatrix(chip, matrix, options);
    expect(programmed.tiles.map(({ region }) => region.array)).toEqual([0, 1, 2, 3]);
    expect(new Set(programmed.siemensPerWeight).size).toBe(4);
    const { weights } = await readMatrix(chip, programmed);
    expect(medianDifference(weights, matrix.weights)).toBeLessThan(0.15);
  });

  test.each([
    ["of three weights for 2 x 2", { rows: 2, columns: 2, weights: Float32Array.of(1, 2, 3) }, {}, "USAGE"],
    ["of one and a half rows", { rows: 1.5, columns: 2, weights: Float32Array.of(1, 2, 3) }, {}, "USAGE"],
    ["with a gmax beyond the converter", matrixOf(2, 2), { gmaxSiemens: 1 }, "LIMIT"],
    ["with a gmax of nothing", matrixOf(2, 2), { gmaxSiemens: 0 }, "LIMIT"],
    ["larger than the chip", matrixOf(65, 65), {}, "DOES_NOT_FIT"],
    ["that nobody wants any more", matrixOf(2, 2), { signal: AbortSignal.abort() }, "INTERRUPTED"],
  ] as const)("%s is refused", async (_, matrix, options, code) => {
    const chip = await chipOf("tiny");
    await expect(programMatrix(chip, matrix, options)).rejects.toMatchObject({ code });
  });
});

describe("conductances of a region", () => {
  test("are those that were asked for, with an outcome for every device", async () => {
    const chip = await chipOf("tiny");
    const region = { array: 0, row: 3, column: 5, rows: 4, columns: 6 };
    const targets = Float32Array.from({ length: 24 }, (_, i) => (i % 2) * 12e-6);
    const done = await programConductances(chip, region, targets);
    expect([...done.outcomes]).toEqual(new Array(24).fill(cellOutcomes.indexOf("converged")));
    const { siemens, chipSeconds, saturatedDevices } = await readConductances(chip, region);
    expect(medianDifference(siemens, targets)).toBeLessThan(1e-6);
    expect(chipSeconds).toBeGreaterThan(done.endSeconds);
    expect(saturatedDevices).toBe(0);
  });

  test("outside of the array, or that no converter reads, are refused before anything is sent", async () => {
    const chip = await chipOf("tiny");
    const region = { array: 0, row: 60, column: 0, rows: 10, columns: 1 };
    await expect(readConductances(chip, region)).rejects.toMatchObject({ code: "LIMIT" });
    const one = { ...region, row: 0, rows: 1 };
    await expect(programConductances(chip, one, Float32Array.of(1))).rejects.toMatchObject({ code: "LIMIT" });
  });
});

describe("a connection", () => {
  test("that nobody answers is refused with what to do", async () => {
    const emulator = await startEmulator();
    await emulator.close();
    const refused = { code: "PORT_MISSING", next: expect.any(String) };
    await expect(connect(emulator.address, { reconnectSeconds: 0 })).rejects.toMatchObject(refused);
  });

  test("keeps to the pulses that a cell may have, tells what it does, and frees the board when it is closed", async () => {
    const [at, ledgerFolder, lines] = [await address("tiny"), folder(), [] as string[]];
    const notice = (line: string) => void lines.push(line);
    const chip = await connect(at, { ledgerFolder, maxPulsesPerCell: 3, notice });
    expect(lines.join("\n")).toMatch(/this chip has no wear ledger yet/);
    expect(chip.calibration.name).not.toBe("nominal");
    await expect(programMatrix(chip, matrixOf(2, 2))).rejects.toMatchObject({ code: "LIMIT" });
    await chip.close();
    const again = await connect(at, { ledgerFolder, converters: "nominal" });
    expect([again.calibration.name, again.descriptor.model]).toEqual(["nominal", "TINY"]);
    await again.close();
  });
});

test("a profile, a network and a store that are not there are refused by their names", async () => {
  await expect(startEmulator({ profile: "fusion-2m" })).rejects.toMatchObject({ code: "BAD_PROFILE" });
  const store = join(folder(), "run.db");
  expect(() => openStore(store)).toThrow(expect.objectContaining({ code: "STORE" }));
  const options = { chip: "127.0.0.1:1", store, network: join(folder(), "none.onnx") };
  await expect(programNetwork(options)).rejects.toMatchObject({ code: "BAD_NETWORK" });
});
