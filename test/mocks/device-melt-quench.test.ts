import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { createDevices, type Devices } from "../../mocks/device/devices.ts";
import { afterFallingEdge, quenchedSiemens } from "../../mocks/device/melt-quench.ts";
import type { DeviceParameters } from "../../mocks/device/parameters.ts";
import { applyPulse } from "../../mocks/device/pulse.ts";

const parameters = builtinProfile("tiny").device;
const healthy: DeviceParameters = { ...parameters, stuckSetProbability: 0, stuckResetProbability: 0 };
const quiet: DeviceParameters = { ...healthy, cycle: { logSpread: 0, siemens: 0 } };
const traits = { setSiemens: 35e-6, floorSiemens: 0.15e-6, halfAmperes: 200e-6, slopeAmperes: 25e-6 };

function reset(devices: Devices, cell: number): void {
  applyPulse(devices, cell, 450e-6, 50e-9, 0, 1);
}

function staircase(devices: Devices, cell: number): void {
  for (const amperes of [160e-6, 140e-6, 120e-6, 100e-6, 80e-6, 60e-6])
    applyPulse(devices, cell, amperes, 1e-6, 0, 1);
}

const siemens = (devices: Devices, cell: number): number => devices.siemens[cell] ?? Number.NaN;

describe("the melt-quench curve", () => {
  test("falls from SET to floor with the current", () => {
    const curve = Array.from({ length: 100 }, (_, i) => quenchedSiemens(traits, (25 + 5 * i) * 1e-6));
    for (let i = 1; i < curve.length; i++) expect(curve[i]).toBeLessThan(curve[i - 1] ?? 0);
    expect(curve[0]).toBeGreaterThan(0.99 * traits.setSiemens);
    expect(curve.at(-1)).toBeLessThan(1.01 * traits.floorSiemens);
  });

  test("is half way at the half current", () => {
    expect(quenchedSiemens(traits, 200e-6)).toBeCloseTo((35e-6 + 0.15e-6) / 2, 12);
  });
});

describe("a pulse", () => {
  test("of 450 uA and 50 ns takes every healthy device to its floor", () => {
    const devices = createDevices(quiet, 1000, 3);
    for (let cell = 0; cell < 1000; cell++) {
      reset(devices, cell);
      expect(siemens(devices, cell)).toBeLessThan((devices.floorSiemens[cell] ?? 0) + 0.1e-6);
    }
  });

  test("staircase of 160 to 60 uA brings every healthy device back to SET", () => {
    const devices = createDevices(quiet, 1000, 3);
    for (let cell = 0; cell < 1000; cell++) {
      reset(devices, cell);
      staircase(devices, cell);
      expect(siemens(devices, cell) / (devices.setSiemens[cell] ?? 1)).toBeGreaterThan(0.93);
      expect(siemens(devices, cell) / (devices.setSiemens[cell] ?? 1)).toBeLessThanOrEqual(1);
    }
  });

  test("with a larger melt lowers the conductance at once, with a smaller one raises it by degrees", () => {
    const devices = createDevices(quiet, 1, 3);
    applyPulse(devices, 0, 220e-6, 50e-9, 0, 1);
    const deep = siemens(devices, 0);
    const levels = Array.from({ length: 20 }, () => {
      applyPulse(devices, 0, 100e-6, 50e-9, 0, 1);
      return siemens(devices, 0);
    });
    expect(levels[0]).toBeGreaterThan(deep);
    for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeGreaterThan(levels[i - 1] ?? 0);
    expect(levels[0]).toBeLessThan(0.5 * (devices.setSiemens[0] ?? 0));
    expect(levels.at(-1)).toBeGreaterThan(0.9 * (devices.setSiemens[0] ?? 0));
  });

  test("crystallises more slowly when the current is small", () => {
    const gain = (amperes: number): number => {
      const devices = createDevices(quiet, 1, 3);
      reset(devices, 0);
      applyPulse(devices, 0, amperes, 50e-9, 0, 1);
      return siemens(devices, 0);
    };
    expect(gain(30e-6)).toBeLessThan(0.2 * gain(100e-6));
    expect(gain(50e-6)).toBeLessThan(0.6 * gain(100e-6));
  });

  test("below the onset changes nothing, not even the count", () => {
    const devices = createDevices(parameters, 1, 3);
    reset(devices, 0);
    const before = { siemens: devices.siemens[0], nu: devices.nu[0], last: devices.lastPulseSeconds[0] };
    applyPulse(devices, 0, 24.9e-6, 1e-6, 0, 99);
    expect({ siemens: devices.siemens[0], nu: devices.nu[0], last: devices.lastPulseSeconds[0] }).toEqual(
      before,
    );
    expect(devices.pulses[0]).toBe(1);
  });

  test("with a long falling edge sets a device that its box has melted", () => {
    const devices = createDevices(quiet, 1, 3);
    applyPulse(devices, 0, 450e-6, 50e-9, 3e-6, 1);
    expect(siemens(devices, 0)).toBeGreaterThan(0.99 * (devices.setSiemens[0] ?? 0));
    expect(afterFallingEdge(1e-6, 35e-6, 0)).toBe(1e-6);
  });

  test("scatters from cycle to cycle by the spread of the profile", () => {
    const devices = createDevices(healthy, 1, 3);
    const logs = Array.from({ length: 4000 }, () => {
      applyPulse(devices, 0, 200e-6, 10e-6, 0, 1);
      return Math.log(siemens(devices, 0));
    });
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
    expect(spread / healthy.cycle.logSpread).toBeGreaterThan(0.95);
    expect(spread / healthy.cycle.logSpread).toBeLessThan(1.05);
    expect(devices.pulses[0]).toBe(4000);
  });
});

describe("devices", () => {
  test("have the medians, spreads and defects of the profile", () => {
    const count = 20_000;
    const devices = createDevices({ ...parameters, stuckSetProbability: 0.001 }, count, 11);
    const set = devices.setSiemens.toSorted();
    const quantile = (p: number): number => set[Math.floor(p * count)] ?? 0;
    expect(quantile(0.5) / 35e-6).toBeCloseTo(1, 2);
    expect(Math.log(quantile(0.8413) / quantile(0.1587)) / 2).toBeCloseTo(0.1, 2);
    const stuckSet = devices.halfAmperes.filter((amperes) => amperes === Number.POSITIVE_INFINITY).length;
    expect(stuckSet).toBeGreaterThan(5);
    expect(stuckSet).toBeLessThan(40);
  });

  test("that are stuck stay where they are", () => {
    const stuckAtSet = createDevices(
      { ...quiet, stuckSetProbability: 0.5, stuckResetProbability: 0.5 },
      200,
      3,
    );
    for (let cell = 0; cell < 200; cell++) {
      const before = siemens(stuckAtSet, cell);
      reset(stuckAtSet, cell);
      expect(siemens(stuckAtSet, cell)).toBe(before);
      staircase(stuckAtSet, cell);
      expect(siemens(stuckAtSet, cell)).toBe(before);
    }
  });

  test("take at most 40 bytes each", () => {
    const bytes = Object.values(createDevices(parameters, 100, 1))
      .filter(ArrayBuffer.isView)
      .reduce((sum, view) => sum + view.byteLength, 0);
    expect(bytes).toBeLessThanOrEqual(100 * 40);
  });
});
