import { describe, expect, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import type { TileData } from "../../src/report/statistics/tile-data.ts";
import { WeightErrors } from "../../src/report/statistics/weight-errors.ts";
import { tileId } from "../../src/store/identity.ts";

const gmax = 25e-6;
const weights = 4000;

/** A tile of one row of weights with some of their devices, which read what they are given and were aimed at the same. */
function tile(devices: readonly number[], siemens: Float32Array, net?: Float32Array, lost = -1): TileData {
  const columns = siemens.length;
  return {
    tile: {
      id: tileId(1 + devices[0]!),
      layer: 0,
      firstRow: 0,
      firstColumn: 0,
      rows: 1,
      columns: columns / devices.length,
      region: { array: devices[0]!, row: 0, column: 0, rows: 1, columns },
      devices,
    },
    cells: {
      targetSiemens: siemens,
      outcomes: new Uint8Array(columns).fill(1, lost, lost + 1),
      iterations: new Uint8Array(columns),
      pulses: new Uint16Array(columns),
      ...(net !== undefined && { weightTargetSiemens: net }),
    },
    lifetimePulses: new Uint32Array(columns),
    closing: undefined,
    readings: [{ ageSeconds: 25, siemens }],
  };
}

describe("programming error of weights", () => {
  test("is that of the net conductance against the weight targets, away from zero for either sign", () => {
    const prng = seededPrng(3);
    const net = Float32Array.from({ length: weights }, (_, n) => (n % 2 === 0 ? 10e-6 : -10e-6));
    const siemens = new Float32Array(2 * weights);
    net.forEach((target, n) => {
      const held = Math.abs(target) + 0.3e-6 + 0.7e-6 * prng.normal();
      siemens[2 * n + (target > 0 ? 0 : 1)] = held + 2e-6;
      siemens[2 * n + (target > 0 ? 1 : 0)] = 2e-6;
    });
    const errors = new WeightErrors(gmax, 2);
    errors.add(tile([0, 1], siemens, net, 6));
    const [level, ...others] = errors.all();
    expect(others).toEqual([]);
    expect(level).toMatchObject({ g: 0.4, devices: weights });
    // Three standard errors.
    expect(Math.abs(level!.meanSiemens - 0.3e-6)).toBeLessThan((3 * 0.7e-6) / Math.sqrt(weights));
    expect(Math.abs(level!.sigmaSiemens - 0.7e-6)).toBeLessThan((3 * 0.7e-6) / Math.sqrt(2 * weights));
    expect(errors.converged()).toMatchObject([{ devices: weights - 1 }]);
  });

  test("waits for all tiles that hold devices of the same weights", () => {
    const errors = new WeightErrors(gmax, 4);
    const wanted = new Float32Array(2).fill(12e-6);
    for (const [device, siemens] of [8e-6, 5e-6, 0.5e-6, 0.2e-6].entries()) {
      expect(errors.all()).toEqual([]);
      errors.add(tile([device], new Float32Array(2).fill(siemens), wanted));
    }
    const [level] = errors.all();
    expect(level).toMatchObject({ g: 0.2, devices: 2 });
    expect(level?.meanSiemens).toBeCloseTo(0.3e-6, 9);
  });

  test("takes the targets of the devices where a store has none of weights", () => {
    const errors = new WeightErrors(gmax, 2);
    errors.add(tile([0, 1], Float32Array.of(10e-6, 0, 0, 10e-6)));
    const [level] = errors.all();
    expect(level).toMatchObject({ g: 0.4, devices: 2 });
    expect(level?.meanSiemens).toBeCloseTo(0, 12);
  });
});
