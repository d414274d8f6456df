import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { createDevices } from "../../mocks/device/devices.ts";
import { ageOf, driftedSiemens, driftFactor, relaxationAhead } from "../../mocks/device/drift.ts";
import { applyPulse } from "../../mocks/device/pulse.ts";
import { evaluateLaw, logState } from "../../mocks/device/state-law.ts";

const { drift, readNoise } = builtinProfile("tiny").device;
const hermes = builtinProfile("hermes-core").device;
const microsiemens = 1e-6;

const law = (of: typeof drift.nuMean, g: number): number => evaluateLaw(of, logState(g * 25e-6, 25e-6));

describe("the state laws", () => {
  // Values of the table in FACTS 7.1: g, mu_nu, sig_nu, Q_s.
  test.each([
    [0, 0.1, 0.045, 0.2],
    [0.1, 0.0601, 0.0229, 0.0393],
    [0.2, 0.0493, 0.0142, 0.0251],
    [0.5, 0.049, 0.008, 0.0138],
    [1, 0.049, 0.008, 0.0088],
  ])("of the Fusion chip agree with FACTS 7.1 at g = %f", (g, mean, spread, noise) => {
    expect(law(drift.nuMean, g)).toBeCloseTo(mean, 4);
    expect(law(drift.nuSpread, g)).toBeCloseTo(spread, 4);
    expect(law(readNoise.relative, g)).toBeCloseTo(noise, 4);
  });

  test("of the HERMES core follow the polynomials of FACTS 7.4 up to G_max and are held above it", () => {
    expect(law(hermes.drift.nuMean, 1)).toBeCloseTo(-0.0436 - 0.0126 + 0.0736, 6);
    expect(law(hermes.readNoise.relative, 0.5)).toBeCloseTo(
      0.0664 * 0.125 - 0.1352 * 0.25 + 0.0768 * 0.5 + 0.0088,
      6,
    );
    expect(law(hermes.readNoise.relative, 1.4)).toBe(law(hermes.readNoise.relative, 1));
    expect(law(hermes.drift.nuMean, 0.01)).toBeCloseTo(0.13, 6);
  });
});

describe("drift", () => {
  test("is absent up to the reference time and follows (t / t_0)^-nu from there", () => {
    for (const age of [0, 1e-6, 1, 20]) expect(driftFactor(0.05, age, 20)).toBe(1);
    for (const age of [25, 3600, 86_400, 3.2e7])
      expect(driftFactor(0.05, age, 20)).toBeCloseTo((age / 20) ** -0.05, 11);
  });

  test("has exponents with the mean and the spread of their state", () => {
    const devices = createDevices(builtinProfile("tiny").device, 4096, 5);
    const mean = devices.nu.reduce((sum, nu) => sum + nu, 0) / 4096;
    const variance = devices.nu.reduce((sum, nu) => sum + (nu - mean) ** 2, 0) / 4096;
    expect(mean).toBeCloseTo(0.049, 3);
    expect(Math.sqrt(variance)).toBeCloseTo(0.008, 3);
  });

  test("restarts at every pulse with a new exponent", () => {
    const devices = createDevices(builtinProfile("tiny").device, 1, 5);
    const before = devices.nu[0];
    expect(driftedSiemens(devices, 0, ageOf(devices, 0, 1000))).toBeLessThan(devices.siemens[0] ?? 0);
    applyPulse(devices, 0, 180e-6, 1e-6, 0, 1000);
    expect(driftedSiemens(devices, 0, ageOf(devices, 0, 1020))).toBe(devices.siemens[0]);
    expect(devices.nu[0]).not.toBe(before);
    expect(devices.siemens[0]).toBeGreaterThan(5 * microsiemens);
  });
});

describe("fast relaxation", () => {
  const parameters = builtinProfile("tiny").device;
  const count = 4000;
  const changes = (kind: typeof parameters, ageSeconds: number): Float64Array => {
    const devices = createDevices(kind, count, 5);
    return Float64Array.from({ length: count }, (_, cell) => {
      applyPulse(devices, cell, 225e-6, 1e-6, 0, 1000);
      return driftedSiemens(devices, cell, ageSeconds) / devices.siemens[cell]! - 1;
    });
  };
  const rms = (values: Float64Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

  test("is all ahead at its start, half way at the geometric mean, over at the reference time", () => {
    expect(relaxationAhead(0, 1e-3, 20)).toBe(1);
    expect(relaxationAhead(1e-3, 1e-3, 20)).toBe(1);
    expect(relaxationAhead(Math.sqrt(1e-3 * 20), 1e-3, 20)).toBeCloseTo(0.5, 12);
    expect(relaxationAhead(20, 1e-3, 20)).toBe(0);
    expect(relaxationAhead(3600, 1e-3, 20)).toBe(0);
  });

  test("has the spread of the profile in partly amorphous devices, and no mean", () => {
    const spread = parameters.relaxation?.spread ?? Number.NaN;
    const young = changes(parameters, 1e-4);
    // At 225 uA devices are spread around a third of SET, where the shape is 1; it averages to a little less.
    expect(rms(young) / spread).toBeGreaterThan(0.8);
    expect(rms(young) / spread).toBeLessThan(1);
    expect(Math.abs(young.reduce((sum, value) => sum + value, 0) / count)).toBeLessThan((3 * spread) / 63);
    expect(rms(changes(parameters, 20))).toBe(0);
  });

  test("spares crystalline devices, and profiles that have none", () => {
    const devices = createDevices(parameters, 100, 5);
    for (let cell = 0; cell < 100; cell++)
      expect(driftedSiemens(devices, cell, 1)).toBe(devices.siemens[cell]);
    const { relaxation: _, ...without } = parameters;
    expect(rms(changes(without, 1e-4))).toBe(0);
  });
});
