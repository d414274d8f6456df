import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import {
  firstHeldComponent,
  loadKeys,
  type ReadPlan,
  readCells,
  sumNoise,
} from "../../mocks/array/read-cells.ts";
import { run, runCells } from "../../mocks/array/read-kernel/memory.ts";
import { createDevices, type Devices } from "../../mocks/device/devices.ts";
import { eventKey, mix } from "../../mocks/device/keyed-normal.ts";
import { applyPulse } from "../../mocks/device/pulse.ts";
import { amplitude, componentCount, componentSum, fastestRate } from "../../mocks/device/read-noise.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { readings } from "./read-reference.ts";

const parameters = builtinProfile("fusion-1m").device;
const { readSeconds } = parameters.readNoise;
const seed = 11;
const columns = 97;
const rows = 30;

/** Devices of which every third was never pulsed. */
function pulsedDevices(): Devices {
  const devices = createDevices(parameters, rows * columns, seed);
  for (let cell = 0; cell < rows * columns; cell++)
    if (cell % 3 !== 0)
      applyPulse(devices, cell, 80e-6 + 300e-6 * ((cell * 0.618) % 1), 1e-6, 0, cell * 1e-6);
  return devices;
}

function planOf(averages: number, sampleSeconds: number): ReadPlan {
  const random = seededPrng(seed);
  return {
    averages,
    sampleSeconds,
    codesPerSiemens: 255 / 50e-6,
    largestCode: 255,
    whiteNoiseCodes: 0.7,
    errors: {
      gain: Float32Array.from({ length: columns }, () => 0.5 + 2 * random.uniform()),
      offsetCodes: Float32Array.from({ length: columns }, () => 20 * random.uniform() - 10),
    },
    columns,
    firstCell: 0,
    disturbance: 1e-3,
    heldFrom: firstHeldComponent((averages - 1) * sampleSeconds, readSeconds),
  };
}

test.each([
  { averages: 1, sampleSeconds: 1e-6, startSeconds: 1 },
  { averages: 5, sampleSeconds: 1e-6, startSeconds: 0.004 },
  { averages: 40, sampleSeconds: 1e-3, startSeconds: 86_400 },
])("codes of $averages conversions after $startSeconds s are those of plain loops", (how) => {
  const plan = planOf(how.averages, how.sampleSeconds);
  const all = Uint32Array.from({ length: rows * columns }, (_, cell) => cell);
  for (const cells of [
    all,
    all.filter((cell) => (cell * 7) % 5 < 2),
    all.subarray(13, 14),
    all.subarray(0, 0),
  ]) {
    const expected = readings(pulsedDevices(), plan, cells, how.startSeconds);
    const codeSums = new Uint16Array(cells.length);
    const saturated = readCells(pulsedDevices(), plan, cells, how.startSeconds, codeSums);
    expect([...codeSums]).toEqual(expected.map(({ codeSum }) => codeSum));
    expect(saturated).toBe(expected.filter((reading) => reading.saturated).length);
  }
});

test("the 1/f noise of the kernel is `componentSum`, bit by bit, from a nanosecond to thirty years", () => {
  const random = seededPrng(3);
  const devices = { mixedSeed: mix(seed), parameters } as Devices;
  const ages = Float64Array.from({ length: runCells }, (_, n) =>
    n < 8 ? n * 1e-6 : 10 ** (random.uniform() * 18 - 9),
  );
  run.cells.forEach((_, n) => {
    run.cells[n] = n;
    run.pulses[n] = n % 5;
  });
  run.agesSeconds.set(ages);
  loadKeys(devices, runCells);
  for (const [from, to] of [
    [0, componentCount],
    [0, 2],
    [3, componentCount],
    [componentCount, componentCount],
  ] as const) {
    sumNoise(runCells, 0, from, to);
    ages.forEach((age, n) => {
      const key = eventKey(devices.mixedSeed, n, n % 5);
      const expected = componentSum(key, fastestRate(key, readSeconds), age, from, to);
      expect(amplitude * run.noiseSums[n]!).toBe(expected);
    });
  }
});
