/** Which calibration a command works with, and what it says when there is none that counts: in process, on an emulated chip. */

import { describe, expect, onTestFinished, test } from "vitest";
import { measureConverters } from "../../calibration/converter/measure.ts";
import { setTemperature } from "../../firmware-protocol/operation/set-temperature.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { keepCalibration } from "../../src/cli/actions/calibrate.ts";
import { calibrationList, calibrationTable } from "../../src/cli/actions/calibration-table.ts";
import {
  chooseBeforeStore,
  chooseCalibration,
  derivation,
} from "../../src/cli/actions/choose-calibration.ts";
import type { CalibrationChoice } from "../../src/cli/calibration-choice.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { numericalChip } from "../chip/numerical-chip.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { openEmulator } from "../physics/lab.ts";
import { beginRun } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

const tiny = builtinProfile("tiny");
const day = 86_400;

function contextAt(wallSeconds: number): { context: Context; said: string[] } {
  const said: string[] = [];
  const streams = { stdout: { write: () => true }, stderr: { write: (text: string) => said.push(text) } };
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => wallSeconds };
  const timer = new VirtualTimer();
  const context: Context = {
    clock,
    timer,
    prng: seededPrng(1),
    output: new Output(streams, clock, { json: false, quiet: false }),
    stop: new AbortController().signal,
    boards: new OpenBoards(timer),
    commandLine: [],
  };
  return { context, said };
}

async function bench(profile: ChipProfile = tiny, seed = 4) {
  const chip = await openEmulator(profile, seed);
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  onTestFinished(async () => {
    store.close();
    await chip.close();
  });
  const calibrated = async (measured: Chip = chip) => {
    const run = beginRun(store, "calibrate", 0);
    return keepCalibration(store, run, await measureConverters(measured), {
      wallSeconds: 1000,
      validSeconds: 30 * day,
    });
  };
  const choose = (
    calibration?: CalibrationChoice,
    at = 1000,
    on: Chip = chip,
    from: Store | undefined = store,
  ) =>
    chooseCalibration(
      { chip: "./chip", store: path, converterCalibration: calibration },
      on,
      from,
      contextAt(at).context,
    );
  return { chip, path, store, calibrated, choose };
}

describe("a chip with reference resistors", () => {
  test("is refused without a calibration, with the command that measures one", async () => {
    const { path, choose, chip } = await bench();
    const refusal = {
      code: "STORE_CONTENT",
      message: `${path} holds no calibration of the converters`,
      next: `measure one: pcmlab calibrate --chip ./chip --store ${path}`,
    };
    await expect(choose()).rejects.toMatchObject(refusal);
    await expect(choose("latest", 1000, chip, undefined)).rejects.toMatchObject(refusal);
    await expect(choose(3)).rejects.toMatchObject({
      message: `${path} holds no calibration 3 of the converters`,
    });
  });

  test("takes the latest one, or the one that is named", async () => {
    const { calibrated, choose, store } = await bench();
    const [first, second] = [await calibrated(), await calibrated()];
    const { converters, dac } = await choose();
    expect(converters.name).toBe(`calibration ${second.calibration}`);
    expect(dac?.amperesPerCode).toBe(second.dac?.amperesPerCode);
    expect((await choose(first.calibration)).converters.name).toBe(`calibration ${first.calibration}`);
    expect(converters).toEqual(store.calibrations.converters(store.calibrations.latest()!.id));
  });

  test("takes the nominal one when it is told to", async () => {
    const { chip, path } = await bench();
    const { context } = contextAt(0);
    const args = { chip: "x", store: path, converterCalibration: "nominal" } as const;
    expect((await chooseCalibration(args, chip, undefined, context)).converters.name).toBe("nominal");
  });

  test("is refused a second after the calibration expired", async () => {
    const { calibrated, choose } = await bench();
    await calibrated();
    await expect(choose("latest", 1000 + 30 * day)).resolves.toBeDefined();
    await expect(choose("latest", 1001 + 30 * day)).rejects.toMatchObject({
      code: "STORE_CONTENT",
      message: expect.stringContaining("expired at 1970-01-31"),
      next: expect.stringContaining("pcmlab calibrate"),
    });
  });

  test("is refused when it is too warm for its calibration", async () => {
    const { calibrated, choose, chip } = await bench();
    await calibrated();
    await chip.perform(setTemperature, { kelvin: 309 });
    await expect(choose()).resolves.toBeDefined();
    await chip.perform(setTemperature, { kelvin: 311 });
    await expect(choose()).rejects.toMatchObject({
      message: expect.stringMatching(/the chip is at 311\.0 K/),
    });
  });

  test("is refused with other firmware, and with the calibration of another chip", async () => {
    const { calibrated, choose, chip } = await bench();
    await calibrated();
    const updated = { ...chip, descriptor: { ...chip.descriptor, firmware: "2.0" } };
    await expect(choose("latest", 1000, updated)).rejects.toMatchObject({
      message: expect.stringContaining("the board now has 2.0"),
    });
    const other = await openEmulator(tiny, 5);
    await expect(choose(1, 1000, other)).rejects.toMatchObject({
      message: expect.stringContaining("is of the chip TINY-000004, this is TINY-000005"),
      next: expect.stringMatching(/^give this chip its own file/),
    });
    await expect(calibrated(other)).rejects.toMatchObject({ code: "STORE_CONTENT" });
    await other.close();
  });
});

test("a chip without reference resistors uses the nominal one and says why", async () => {
  const { chip } = numericalChip(() => 0);
  const { context, said } = contextAt(0);
  const path = freshPath();
  const chosen = await chooseBeforeStore({ chip: "x", store: path }, chip, context);
  expect([chosen.converters.name, chosen.dac]).toEqual(["nominal", undefined]);
  expect(said.join("")).toMatch(/the chip has no reference resistors/);
});

test("a store that is not there is not made by looking for a calibration", async () => {
  const { chip } = await bench();
  const path = freshPath();
  const asked = chooseBeforeStore({ chip: "x", store: path }, chip, contextAt(0).context);
  await expect(asked).rejects.toMatchObject({ message: `${path} holds no calibration of the converters` });
  expect(() => openStore(path, { mode: "existing" })).toThrow(/does not exist/);
});

test("conductances are derived again with any calibration of the store, however old", async () => {
  const { store, calibrated, path } = await bench();
  expect(derivation(store, undefined)).toBeUndefined();
  expect(() => derivation(store, "nominal")).toThrow(`${path} knows no chip`);
  expect(() => derivation(store, "latest")).toThrow(`${path} holds no calibration`);
  const { calibration } = await calibrated();
  expect(derivation(store, "nominal")?.name).toBe("nominal");
  expect(derivation(store, "latest")?.name).toBe(`calibration ${calibration}`);
  expect(derivation(store, calibration)?.name).toBe(`calibration ${calibration}`);
  expect(() => derivation(store, 99)).toThrow(`${path} holds no calibration 99`);
});

describe("what a calibration prints", () => {
  test("is the truth of the chip, and the list says what has expired", async () => {
    const { calibrated, store } = await bench();
    const summary = await calibrated();
    expect(summary).toMatchObject({ columns: 64, failedColumns: [], serialNumber: "TINY-000004" });
    expect(summary.gain.standardDeviation).toBeGreaterThan(0.003);
    expect(summary.gain.standardDeviation).toBeLessThan(0.007);
    const text = calibrationTable(summary);
    expect(text).toMatch(/^calibration 1 of TINY-000004 at 300\.0 K, valid until 1970-01-31 00:16 UTC$/m);
    expect(text).toMatch(/^bit lines {3}64, 64 calibrated$/m);
    expect(text).toMatch(/^DAC {9}\d+\.\d+ nA a code .*; in tolerance, and pulses correct for it$/m);
    const all = store.calibrations.list();
    expect(calibrationList(all, 1000)).toMatch(/64 of 64$/);
    expect(calibrationList(all, 1000)).not.toContain("expired");
    expect(calibrationList(all, 1001 + 30 * day)).toContain("1970-01-31 00:16 UTC (expired)");
    expect(calibrationList([], 0)).toBe("no calibrations");
  });

  test("names the bit lines that failed, with the reason", async () => {
    const { chip, calibrated } = await bench();
    const deaf: Chip = {
      ...chip,
      async read(region, options) {
        const readout = await chip.read(region, options);
        return { ...readout, codeSums: readout.codeSums.map((sum, cell) => (cell % 64 === 7 ? 0 : sum)) };
      },
    };
    const summary = await calibrated(deaf);
    expect(summary.failedColumns).toEqual([{ column: 7, reason: "dead" }]);
    expect(calibrationTable(summary)).toMatch(
      /^failed {6}dead \(the codes do not follow .*\): bit lines 7$/m,
    );
  });
});
