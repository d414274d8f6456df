import { expect, test } from "vitest";
import { assertLengths, type ProgrammingCells } from "../../src/store/programming-cells.ts";

const size = { devices: 4, weights: 2 };
const cells: ProgrammingCells = {
  targetSiemens: new Float32Array(4),
  outcomes: new Uint8Array(4),
  iterations: new Uint8Array(4),
  pulses: new Uint16Array(4),
};

test("one value a device and, where there are weight targets, one a weight", () => {
  assertLengths(cells, size);
  assertLengths({ ...cells, weightTargetSiemens: new Float32Array(2) }, size);
  expect(() => assertLengths({ ...cells, pulses: new Uint16Array(3) }, size)).toThrow(RangeError);
  expect(() => assertLengths({ ...cells, weightTargetSiemens: new Float32Array(4) }, size)).toThrow(
    RangeError,
  );
});
