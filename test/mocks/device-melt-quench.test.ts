import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { createDevices, type Devices } from "../../mocks/device/devices.ts";
import { afterFallingEdge, heatingAmperes, quenchedSiemens } from "../../mocks/device/melt-quench.ts";
import type { DeviceParameters } from "../../mocks/device/parameters.ts";
import { applyPulse } from "../../mocks/device/pulse.ts";

const parameters = builtinProfile("tiny").device;
const healthy: DeviceParameters = {
  ...parameters,
  stuckSetProbability: 0,
  stuckResetProbability: 0,
  slow: { probability: 0, factor: 1 },
};
const quiet: DeviceParameters = { ...healthy, cycle: { logSpread: 0, siemens: 0 } };
const traits = { setSiemens: 35e-6, floorSiemens: 0.15e-6, halfAmperes: 200e-6, slopeAmperes: 25e-6 };

function reset(devices: Devices, cell: number): void {
  applyPulse(devices, cell, 450e-6, 50e-9, 0, 1);
}

function staircase(devices: Devices, cell: number): void {
  for (const amperes of [160e-6, 140e-6, 120e-6, 100e-6, 80e-6, 60e-6])
    applyPulse(devices, cell, amperes, 1e-6, 0, 1);
}

const traitsOf = (devices: Devices) => ({
  setSiemens: devices.setSiemens[0]!,
  floorSiemens: devices.floorSiemens[0]!,
  halfAmperes: devices.halfAmperes[0]!,
  slopeAmperes: devices.slopeAmperes[0]!,
});

const siemens = (devices: Devices, cell: number): number => devices.siemens[cell] ?? Number.NaN;

describe("the melt-quench curve", () => {
  test("falls from SET to floor with the current", () => {
    const curve = Array.from({ length: 100 }, (_, i) => quenchedSiemens(traits, (25 + 5 * i) * 1e-6, 0));
    for (let i = 1; i < curve.length; i++) expect(curve[i]).toBeLessThan(curve[i - 1] ?? 0);
    expect(curve[0]).toBeGreaterThan(0.99 * traits.setSiemens);
    expect(curve.at(-1)).toBeLessThan(1.01 * traits.floorSiemens);
  });

  test("is half way at the half current", () => {
    expect(quenchedSiemens(traits, 200e-6, 1)).toBeCloseTo((35e-6 + 0.15e-6) / 2, 12);
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

  test("with a larger melt lowers the conductance at once, with a smaller one of the same length raises it again", () => {
    const devices = createDevices(quiet, 1, 3);
    applyPulse(devices, 0, 300e-6, 1e-6, 0, 1);
    const deep = siemens(devices, 0);
    expect(deep).toBeLessThan(3e-6);
    const levels = Array.from({ length: 10 }, () => {
      applyPulse(devices, 0, 180e-6, 400e-9, 0, 1);
      return siemens(devices, 0);
    });
    expect(levels[0]).toBeGreaterThan(deep);
    for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeGreaterThanOrEqual(levels[i - 1] ?? 0);
    const aim = quenchedSiemens(traitsOf(devices), 180e-6, quiet.floor.currentExponent);
    expect(levels.at(-1)! / aim).toBeCloseTo(1, 3);
  });

  test("of a few nanoseconds melts less than a long one of the same current", () => {
    const left = (widthSeconds: number): number => {
      const devices = createDevices(quiet, 1, 3);
      applyPulse(devices, 0, 300e-6, widthSeconds, 0, 1);
      return siemens(devices, 0);
    };
    expect(left(5e-9)).toBeGreaterThan(2 * left(1e-6));
    expect(left(100e-9)).toBeCloseTo(left(1e-6), 12);
    expect(heatingAmperes(300e-6, 5e-9, 5e-9)).toBeCloseTo(300e-6 * Math.sqrt(1 - Math.exp(-1)), 12);
  });

  test("that RESETs harder leaves a larger dome, which conducts less", () => {
    const floorAt = (amperes: number): number => quenchedSiemens(traits, amperes, 1);
    expect(floorAt(490e-6) / floorAt(450e-6)).toBeCloseTo(450 / 490, 1);
    expect(quenchedSiemens(traits, 490e-6, 0)).toBeCloseTo(traits.floorSiemens, 9);
  });

  test("crystallises more slowly when the current is small", () => {
    const mean = (amperes: number): number => {
      const devices = createDevices(quiet, 400, 3);
      for (let cell = 0; cell < 400; cell++) {
        reset(devices, cell);
        applyPulse(devices, cell, amperes, 50e-9, 0, 1);
      }
      return devices.siemens.reduce((sum, value) => sum + value, 0) / 400;
    };
    expect(mean(30e-6)).toBeLessThan(0.5 * mean(100e-6));
    expect(mean(50e-6)).toBeLessThan(0.8 * mean(100e-6));
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

  test("with a falling edge sets a device that its box has melted, whatever it was before", () => {
    const left = (prepare: typeof reset, trailingSeconds: number): number => {
      const devices = createDevices(quiet, 1, 3);
      prepare(devices, 0);
      applyPulse(devices, 0, 450e-6, 50e-9, trailingSeconds, 1);
      return siemens(devices, 0);
    };
    for (const trailingSeconds of [0, 100e-9, 300e-9, 3e-6])
      expect(left(reset, trailingSeconds) / left(staircase, trailingSeconds)).toBeCloseTo(1, 2);
    expect(left(reset, 3e-6)).toBeGreaterThan(34e-6 * 0.9);
    expect(afterFallingEdge(1e-6, 35e-6, 0)).toBe(1e-6);
  });

  test("that melts next to nothing leaves a SET device at SET, however often it comes", () => {
    const devices = createDevices(healthy, 1, 3);
    const set = siemens(devices, 0);
    for (const amperes of [30e-6, 90e-6]) {
      for (let pulse = 0; pulse < 1000; pulse++) applyPulse(devices, 0, amperes, 50e-9, 0, 1);
      expect(siemens(devices, 0) / set).toBeGreaterThan(0.97);
    }
  });

  test("scatters from cycle to cycle by the spread of the profile, as far as it leaves glass", () => {
    const devices = createDevices({ ...healthy, cycle: { ...healthy.cycle, siemens: 0 } }, 1, 3);
    const logs = Array.from({ length: 4000 }, () => {
      applyPulse(devices, 0, 300e-6, 10e-6, 0, 1);
      return Math.log(siemens(devices, 0));
    });
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
    const glass = 1 - Math.exp(mean) / devices.setSiemens[0]!;
    expect(spread / (glass * healthy.cycle.logSpread)).toBeGreaterThan(0.95);
    expect(spread / (glass * healthy.cycle.logSpread)).toBeLessThan(1.05);
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
    const stuck = [...devices.halfAmperes.keys()].filter((cell) => devices.halfAmperes[cell] === Infinity);
    const stuckSet = stuck.filter((cell) => devices.setSiemens[cell]! > 10e-6).length;
    expect(stuckSet).toBeGreaterThan(5);
    expect(stuckSet).toBeLessThan(40);
    expect(stuck.length - stuckSet).toBeGreaterThan(5);
    expect(stuck.length - stuckSet).toBeLessThan(40);
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

  test("that are slow need several times the pulses", () => {
    const pulsesTo = (slowProbability: number): number => {
      const kind = { ...quiet, slow: { probability: slowProbability, factor: 5 } };
      const devices = createDevices(kind, 400, 3);
      let pulses = 0;
      for (let cell = 0; cell < 400; cell++) {
        reset(devices, cell);
        while (siemens(devices, cell) < 6e-6 && devices.pulses[cell]! < 200) {
          applyPulse(devices, cell, 90e-6, 50e-9, 0, 1);
          pulses++;
        }
      }
      return pulses / 400;
    };
    const ratio = pulsesTo(0.5) / pulsesTo(0);
    // Half of the devices five times as slow, with steps that scatter less: about three times as many pulses on average.
    expect(ratio).toBeGreaterThan(2.2);
    expect(ratio).toBeLessThan(4.5);
  });

  test("wear out for good after the pulses of the profile, open or shorted", () => {
    const kind = { ...quiet, endurance: { medianPulses: 100, logSpread: 0.3, openShare: 0.7 } };
    const devices = createDevices(kind, 1000, 3);
    const failedBy = (pulses: number): number => {
      for (let cell = 0; cell < 1000; cell++)
        while (devices.pulses[cell]! < pulses) applyPulse(devices, cell, 450e-6, 50e-9, 0, 1);
      return devices.halfAmperes.filter((amperes) => amperes === Infinity).length;
    };
    expect(failedBy(20)).toBe(0);
    expect(failedBy(100)).toBeGreaterThan(450);
    expect(failedBy(100)).toBeLessThan(550);
    expect(failedBy(400)).toBe(1000);
    // After pulses that RESET: shorts conduct all the same.
    const open = devices.siemens.filter((value) => value < 3e-6).length;
    expect(open).toBeGreaterThan(650);
    expect(open).toBeLessThan(750);
  });

  test("take at most 52 bytes each", () => {
    const bytes = Object.values(createDevices(parameters, 100, 1))
      // The climate, one for the whole chip, is no part of a device.
      .filter(ArrayBuffer.isView)
      .reduce((sum, view) => sum + view.byteLength, 0);
    expect(bytes).toBeLessThanOrEqual(100 * 52);
  });
});
