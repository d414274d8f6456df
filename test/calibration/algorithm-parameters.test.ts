import { describe, expect, test } from "vitest";
import { byHost } from "../../calibration/methods/by-host.ts";
import { algorithmNames } from "../../calibration/program-verify/algorithm-names.ts";
import { algorithmFor } from "../../calibration/program-verify/algorithms.ts";
import { maxSetFill } from "../../calibration/program-verify/max-set-fill.ts";
import { maxSetFillParametersFor } from "../../calibration/program-verify/max-set-fill-parameters.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { partialSet } from "../../calibration/program-verify/partial-set.ts";
import { partialSetParametersFor } from "../../calibration/program-verify/partial-set-parameters.ts";
import { residual } from "../../calibration/program-verify/residual.ts";
import { residualParametersFor } from "../../calibration/program-verify/residual-parameters.ts";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { hermesCore } from "../../mocks/array/profiles/hermes-core.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";
import { pairs } from "./weight-blocks.ts";

describe.each(algorithmNames)("%s", (name) => {
  test.each([fusion1m, hermesCore, tiny])("is possible on the emulated chip $name", ({ read, program }) => {
    const descriptor = { ...smallDescriptor, read, program };
    const algorithm = algorithmFor(name, descriptor);
    expect(algorithm.name).toBe(name);
    algorithm.assertPossible(descriptor);
  });

  test("is refused where a train for all cells of a band would take more than the duty ever allows", () => {
    const descriptor = (maxDuty: number) => ({
      ...smallDescriptor,
      envelope: {
        ...{ supplyVolts: 3, maxPulseJoules: 1e-6, maxPulsesPerCell: 1e6 },
        ...{ maxDuty, dutySeconds: 1, minKelvin: 200, maxKelvin: 400 },
      },
    });
    const asked = (maxDuty: number) => () =>
      byHost({ algorithm: algorithmFor(name, descriptor(maxDuty)), limits: joshi2020 }).assertPossible(
        { descriptor: descriptor(maxDuty) },
        [pairs],
      );
    // The longest train of a device takes 50 ns at least, and the staircase of melt-quench 6.05 us; there are 48 devices.
    expect(asked(48 * 50e-9 * 0.9)).toThrow(/than the envelope's duty of .* ever leaves/);
    expect(asked(48 * 7e-6)).not.toThrow();
  });

  test("has parameters that are plain JSON", () => {
    const { parameters } = algorithmFor(name, smallDescriptor);
    expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
  });

  test("is refused on a chip that it was not made for", () => {
    const { program } = smallDescriptor;
    const weak = { ...smallDescriptor, program: { ...program, maxAmperes: 20e-6 } };
    const algorithm = algorithmFor(name, smallDescriptor);
    expect(() => algorithm.assertPossible(weak)).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });
});

const ofPartialSet = partialSetParametersFor(smallDescriptor);
const ofFill = maxSetFillParametersFor(smallDescriptor);
const ofResidual = residualParametersFor(smallDescriptor);

test.each([
  ["steps that grow", partialSet({ ...ofPartialSet, smallestStepAmperes: 1e-3 })],
  ["a start below the smallest pulse", partialSet({ ...ofPartialSet, startAmperes: 1e-6 })],
  ["no iterations", partialSet({ ...ofPartialSet, maxIterations: 0 })],
  ["more rereads than a byte counts", partialSet({ ...ofPartialSet, rereads: 300 })],
  ["no preparation", maxSetFill({ ...ofFill, maxSets: 0 })],
  ["half a reading", maxSetFill({ ...ofFill, estimate: { reads: 0.5, averages: 1 } })],
  ["a SET of nothing", maxSetFill({ ...ofFill, setSiemens: 0 })],
  ["aiming low", residual({ ...ofResidual, aimHighSiemens: -1e-6 })],
  [
    "a corrector beyond the bounds",
    residual({ ...ofResidual, corrector: { ...ofResidual.corrector, startAmperes: 1 } }),
  ],
  ["a margin of nothing", residual({ ...ofResidual, residualSiemens: 0 })],
  ["a late margin of nothing", residual({ ...ofResidual, late: { ...ofResidual.late, marginSiemens: 0 } })],
])("refuses %s as a contradiction", (_, algorithm) => {
  expect(() => algorithm.assertPossible(smallDescriptor)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
