/** The bench `program` does the same with 20,480 devices a level; the sizes here leave a statistical error of 2 %. */

import { expect, test } from "vitest";
import { algorithmFor } from "../../calibration/program-verify/algorithms.ts";
import { residual as residualAlgorithm } from "../../calibration/program-verify/residual.ts";
import { residualParametersFor } from "../../calibration/program-verify/residual-parameters.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator } from "./lab.ts";
import { hermesGMaxSiemens } from "./published.ts";
import { measureUnitCells, measureWeightErrors } from "./weight-errors.ts";

const rows = 40;
const levels = [0.3, 0.5, 0.8];
/** A strip this small is read four times as often as the default, so that its readings span seconds as those of the bench do. */
const lateReads = 128;
const openStrips = () =>
  openEmulator(
    { ...builtinProfile("tiny"), arrays: [{ name: "A", rows: rows * levels.length, columns: 64 }] },
    7,
  );
const [plain, better] = [await openStrips(), await openStrips()];

test.each([...levels.entries()])(
  "residual programming and late verification take a tenth off the error of weights at 25 s (strip %i, g = %f)",
  async (index, level) => {
    const strip = { index, rows, level };
    const meltQuench = algorithmFor("melt-quench", plain.descriptor);
    const parameters = residualParametersFor(better.descriptor);
    const residual = residualAlgorithm({ ...parameters, late: { ...parameters.late, reads: lateReads } });
    const before = await measureWeightErrors(plain, strip, meltQuench);
    const after = await measureWeightErrors(better, strip, residual, [5, 20]);
    expect(after.errorSiemens).toBeLessThan(0.9 * before.errorSiemens);
    expect(after.convergedShare).toBeGreaterThan(0.991);
  },
);

test("partial SET from RESET leaves about the error of melt-quench", async () => {
  const chip = await openStrips();
  const done = await measureWeightErrors(
    chip,
    { index: 1, rows, level: 0.5 },
    algorithmFor("partial-set", chip.descriptor),
  );
  expect(done.errorSiemens).toBeLessThan(1.15e-6);
  expect(done.convergedShare).toBeGreaterThan(0.98);
});

test("max-SET-fill puts more than 45 % of the devices of a HERMES core at SET or RESET, and errs less after a day", async () => {
  const measured = async (name: "melt-quench" | "max-set-fill") => {
    const chip = await openEmulator(builtinProfile("hermes-core"), 7);
    const algorithm = algorithmFor(name, chip.descriptor, { deviceSiemens: hermesGMaxSiemens });
    const largestSiemens = 2 * hermesGMaxSiemens;
    return measureUnitCells(chip, 12, algorithm, { largestSiemens, setSiemens: 10.5e-6, ageSeconds: 86_400 });
  };
  const [meltQuench, maxSetFill] = [await measured("melt-quench"), await measured("max-set-fill")];
  expect(maxSetFill.extremeShare).toBeGreaterThan(0.45);
  expect(maxSetFill.compensatedSiemens).toBeLessThan(meltQuench.compensatedSiemens);
  expect(maxSetFill.rawSiemens).toBeLessThan(meltQuench.rawSiemens);
});
