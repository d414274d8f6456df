/** The numbers for aihwkit against its equations (src/aihwkit/inference/noise/pcm.py), written down here a second time. */

import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { evaluateLaw, logState } from "../../mocks/device/state-law.ts";
import { aihwkitExport, aihwkitPython } from "../../src/cli/twin/aihwkit.ts";
import { profileHash, type Twin, type TwinLevel, type TwinRecord } from "../../src/cli/twin/document.ts";
import { labErrorOf } from "../store/failure.ts";

const base = builtinProfile("fusion-1m");

/** PCMLikeNoiseModel.apply_programming_noise_to_conductance, its sigma: µS. */
function sigmaProg(gTarget: number, coefficients: readonly number[], gMax: number): number {
  let [mat, sigma] = [1, coefficients[0]!];
  for (const coefficient of coefficients.slice(1)) {
    mat *= gTarget / gMax;
    sigma += mat * coefficient;
  }
  return sigma;
}

/** numpy.interp, as CustomDriftPCMLikeNoiseModel.generate_drift_coefficients uses it. */
function interp(x: number, xs: readonly number[], ys: readonly number[]): number {
  const above = xs.findIndex((value) => value >= x);
  if (above <= 0) return ys[above === 0 ? 0 : ys.length - 1]!;
  const [x0, x1] = [xs[above - 1]!, xs[above]!];
  return ys[above - 1]! + ((x - x0) / (x1 - x0)) * (ys[above]! - ys[above - 1]!);
}

/** q_s of apply_drift_noise_to_conductance: 0.0088 / clamp(g^0.65, 1e-3), at most 0.2. */
const qs = (g: number): number => Math.min(0.0088 / Math.max(g ** 0.65, 1e-3), 0.2);

const estimate = (value: number) => ({ value, error: 0.01 * value });

/** A level whose devices do as the published model, but for its noise. */
function levelOf(g: number, noiseOver: number): TwinLevel {
  const mean = Math.min(0.1, Math.max(0.049, -0.0155 * Math.log(g) + 0.0244));
  const spread = Math.min(0.045, Math.max(0.008, -0.0125 * Math.log(g) - 0.0059));
  return {
    targetSiemens: g * 25e-6,
    devices: 1000,
    converged: 1000,
    first: { devices: 1000, ageSeconds: 25, meanSiemens: 0, sigmaSiemens: 1e-6 },
    programming: { sigmaSiemens: estimate(1e-6), biasSiemens: estimate(0) },
    drift: {
      devices: 1000,
      stateSiemens: g * 25e-6,
      stateSpread: 0.1,
      nuMean: estimate(mean),
      nuSpread: estimate(spread),
    },
    noise: estimate(noiseOver * qs(g)),
    rehearsed: null,
  };
}

const record: TwinRecord = {
  format: 1,
  toolVersion: "0",
  fittedWallSeconds: 0,
  profileSha256: profileHash(base),
  chip: {
    manufacturer: "pcmlab",
    model: "FUSION-1M",
    serialNumber: "FUSION-1M-000001",
    life: null,
    firmware: "1",
    emulated: true,
  },
  base: "fusion-1m",
  store: "run.db",
  programmings: [1],
  readouts: [1],
  calibration: null,
  devices: 10_000,
  agesSeconds: [25],
  algorithm: { name: "melt-quench", parameters: {}, verifyAtSeconds: [] },
  reading: { averages: 5, readVolts: 0.3 },
  gmaxSiemens: 25e-6,
  referenceSeconds: 20,
  readSeconds: 250e-9,
  levels: [0.1, 0.3, 0.6, 1].map((g) => levelOf(g, 1.25)),
  programming: {
    coefficientsSiemens: [estimate(0.26348e-6), estimate(1.965e-6), estimate(-1.1731e-6)],
    worstSiemens: 0,
  },
  readNoise: null,
  noiseSlope: -1,
  stuck: {
    low: { count: 0, of: 1, probability: 0, low: 0, high: 1 },
    high: { count: 0, of: 1, probability: 0, low: 0, high: 1 },
  },
  converters: null,
  described: [],
  fitted: [],
  taken: [],
  remarks: [],
};
const twin: Twin = { profile: base, twin: record };

describe("pcmlab twin export --format aihwkit", () => {
  const numbers = aihwkitExport(twin);
  const { custom_drift: custom, pcm_like: plain } = numbers;

  test("gives a programming error in µS at g_max, by the polynomial of the model", () => {
    expect(custom.g_max).toBeCloseTo(25, 10);
    // FACTS.md 7.1 lists sigma_prog: 0.448 µS at g = 0.1, 1.055 µS at g = 1.
    expect(sigmaProg(2.5, custom.prog_coeff, custom.g_max)).toBeCloseTo(0.448, 3);
    expect(sigmaProg(25, custom.prog_coeff, custom.g_max)).toBeCloseTo(1.055, 3);
    expect(plain.prog_coeff).toEqual(custom.prog_coeff);
  });

  test("gives exponents whose straight lines follow the law of the twin to a fiftieth", () => {
    const { g_lst, nu_mean_lst, nu_std_lst } = custom.custom_drift_model;
    const { drift } = base.device;
    for (let g = 0.002; g <= 1; g += 0.002) {
      const logG = logState(g * 25e-6, drift.gMaxSiemens);
      expect(interp(25 * g, g_lst, nu_mean_lst) / evaluateLaw(drift.nuMean, logG)).toBeCloseTo(1, 1.4);
      expect(interp(25 * g, g_lst, nu_std_lst)).toBeGreaterThan(0.96 * evaluateLaw(drift.nuSpread, logG));
      expect(interp(25 * g, g_lst, nu_std_lst)).toBeLessThan(1.04 * evaluateLaw(drift.nuSpread, logG));
    }
  });

  test("gives lists that the constructor takes: rising from 0 to g_max, of one length, spreads not negative", () => {
    const { g_lst, nu_mean_lst, nu_std_lst } = custom.custom_drift_model;
    expect(g_lst).toEqual([...g_lst].sort((a, b) => a - b));
    expect(g_lst[0]).toBe(0);
    expect(g_lst.at(-1)).toBeGreaterThanOrEqual(custom.g_max);
    expect([nu_mean_lst.length, nu_std_lst.length]).toEqual([g_lst.length, g_lst.length]);
    expect(Math.min(...nu_std_lst)).toBeGreaterThanOrEqual(0);
  });

  test("scales read noise and drift of the published model to what was measured", () => {
    expect(custom.read_noise_scale).toBeCloseTo(1.25, 10);
    expect(plain.drift_scale).toBeCloseTo(1, 10);
    for (const { measured, model } of numbers.read_noise) expect(model / measured).toBeCloseTo(1, 10);
  });

  test("has the times of the model: sigma of read noise at an age of a day is that of FACTS.md 7.1", () => {
    const t = 86_400 + custom.t_0;
    const factor = Math.sqrt(Math.log((t + custom.t_read) / (2 * custom.t_read)));
    // 0.127 at g = 0.2, here a quarter more.
    expect(custom.read_noise_scale * qs(0.2) * factor).toBeCloseTo(1.25 * 0.127, 2);
    expect(numbers.remarks.join()).toContain("A - 20");
  });

  test("writes Python with the same numbers, floats all, and without the argument that older versions trip over", () => {
    const python = aihwkitPython(numbers, record);
    expect(python).toContain("from aihwkit.inference.noise.pcm import CustomDriftPCMLikeNoiseModel");
    expect(python).not.toContain("prog_coeff_g_max_reference");
    const listOf = (name: string): number[] => {
      const text = new RegExp(`"?${name}"?[:=] ?\\[([^\\]]*)\\]`).exec(python)?.[1] ?? "";
      const words = text.split(", ");
      expect(words.filter((word) => !/[.e]/.test(word))).toEqual([]);
      return words.map(Number);
    };
    expect(listOf("g_lst")).toEqual(custom.custom_drift_model.g_lst.map((g) => Number(g.toPrecision(6))));
    expect(listOf("prog_coeff")).toEqual([0.26348, 1.965, -1.1731]);
    expect(python).toContain("read_noise_scale=1.25,");
    expect(python).toContain("t_read=2.5e-7,");
    for (const bracket of ["()", "[]", "{}"])
      expect(python.split(bracket[0]!).length).toBe(python.split(bracket[1]!).length);
  });

  test("refuses a twin of too few levels by name", () => {
    const failure = labErrorOf(() => aihwkitExport({ ...twin, twin: { ...record, programming: null } }));
    expect([failure.code, failure.message]).toEqual([
      "STORE_CONTENT",
      expect.stringContaining("fewer than four levels"),
    ]);
  });
});
