import { describe, expect, test } from "vitest";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";

const calibration = nominalCalibration(smallDescriptor);
const options = { parameters: joshi2020, calibration };
const region = { array: 0, row: 2, column: 3, rows: 8, columns: 10 };

/** Falls from 38 µS to 0.1 µS around 200 µA, a little different for every cell. */
const meltQuench = (cell: number, amperes: number): number =>
  0.1e-6 + 38e-6 / (1 + Math.exp((amperes - (190e-6 + (cell % 21) * 1e-6)) / 25e-6));

describe("programming a region", () => {
  const targets = Float32Array.from({ length: 80 }, (_, n) => (n % 11) * 2.5e-6);

  test("brings every device within the margin and counts every pulse", async () => {
    const { chip, calls } = numericalChip(meltQuench);
    let reported = 0;
    const onCells = (cells: number): void => {
      reported += cells;
    };
    const done = await programRegion(withLimits(chip), region, targets, { ...options, onCells });
    expect(countOutcomes(done.outcomes).converged).toBe(80);
    const readout = await chip.read(region, { averages: 5, readVolts: 0.3 });
    conductances(readout.codeSums, 5, calibration, region).forEach((siemens, n) => {
      expect(Math.abs(siemens - targets[n]!)).toBeLessThanOrEqual(targets[n] === 0 ? 0.75e-6 : 0.2501e-6);
    });
    const sent = calls.filter(({ kind }) => kind === "pulse").reduce((sum, { cells }) => sum + cells, 0);
    expect(done.pulses.reduce((sum, pulses) => sum + pulses, 0)).toBe(sent);
    expect(done.endSeconds).toBeGreaterThan(done.startSeconds);
    expect(reported).toBe(80);
  });

  test("reads and pulses only the devices that are not finished", async () => {
    const { chip, calls } = numericalChip(meltQuench);
    await programRegion(chip, region, targets, options);
    const reads = calls.filter(({ kind }) => kind === "read").map(({ cells }) => cells);
    expect(reads[0]).toBe(80);
    expect(reads.at(-1)).toBeLessThan(80);
    expect([...reads].sort((a, b) => b - a)).toEqual(reads);
  });

  test("names what cannot be moved and goes on with the others", async () => {
    const open = 2 * 16 + 3;
    const { chip } = numericalChip((cell, amperes) => (cell === open ? 0.05e-6 : meltQuench(cell, amperes)));
    const wanted = targets.map(() => 10e-6);
    const done = await programRegion(chip, region, wanted, options);
    expect(countOutcomes(done.outcomes)).toMatchObject({ converged: 79, "stuck-low": 1 });
    expect(done.outcomes[0]).not.toBe(done.outcomes[1]);
  });

  test.each([Number.NaN, -1e-6, 60e-6])("refuses the target %d before a pulse is sent", async (bad) => {
    const { chip, calls } = numericalChip(meltQuench);
    const wanted = targets.slice();
    wanted[17] = bad;
    await expect(programRegion(chip, region, wanted, options)).rejects.toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining("row 3, column 10"),
    });
    expect(calls).toEqual([]);
  });

  test("refuses parameters that contradict each other", async () => {
    const { chip } = numericalChip(meltQuench);
    const parameters = { ...joshi2020, minAmperes: 500e-6 };
    await expect(programRegion(chip, region, targets, { calibration, parameters })).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  test.each([
    { reset: { amperes: 451e-6, widthSeconds: 50e-9 } },
    { maxAmperes: 460e-6 },
    { preparation: [{ amperes: 100e-6, widthSeconds: 1e-3 }] },
    { preparation: new Array(17).fill({ amperes: 100e-6, widthSeconds: 1e-7 }) },
    { pulseWidthSeconds: 1e-9 },
    { readVolts: 0.31 },
    { averages: 17 },
  ])("refuses what the chip cannot do before a pulse is sent: %o", async (change) => {
    const { chip, calls } = numericalChip(meltQuench);
    const parameters = { ...joshi2020, ...change };
    await expect(programRegion(chip, region, targets, { calibration, parameters })).rejects.toMatchObject({
      code: "LIMIT",
    });
    expect(calls).toEqual([]);
  });

  test("programs the very full scale of the converter", async () => {
    const { chip } = numericalChip(() => 0);
    const wanted = new Float32Array(80).fill(smallDescriptor.read.fullScaleSiemens);
    const done = await programRegion(chip, region, wanted, options);
    expect(countOutcomes(done.outcomes)["stuck-low"]).toBe(80);
  });
});
