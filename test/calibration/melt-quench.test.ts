import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  initialState,
  nextAmperes,
  preparationTrains,
  step,
  underWay,
} from "../../calibration/program-verify/melt-quench.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";

const code = (outcome: (typeof cellOutcomes)[number]): number => cellOutcomes.indexOf(outcome);
const micro = (...values: number[]): Float32Array => Float32Array.from(values, (value) => value * 1e-6);

describe("the preparation of Joshi et al. 2020", () => {
  test("is RESET and a falling staircase for devices with a target, and a RESET alone for the others", () => {
    const [zero, others] = preparationTrains(micro(0, 5), smallDescriptor, joshi2020);
    expect([...(zero?.mask ?? [])]).toEqual([1, 0]);
    expect(zero?.steps.length).toBe(1);
    expect([...(others?.mask ?? [])]).toEqual([0, 1]);
    const amperes = others?.steps.map((each) => Math.round((each.amplitudeCode * 500) / 4095));
    expect(amperes).toEqual([450, 160, 140, 120, 100, 80, 60]);
    expect(others?.steps.map((each) => each.widthSeconds)).toEqual([50e-9, ...new Array(6).fill(1e-6)]);
  });

  test("asks for no empty train", () => {
    expect(preparationTrains(micro(5, 7), smallDescriptor, joshi2020).length).toBe(1);
    expect(preparationTrains(micro(0, 0), smallDescriptor, joshi2020).length).toBe(1);
  });
});

describe("a step", () => {
  test("raises the current of a device that conducts too much and lowers that of one that conducts too little", () => {
    const step = 5e-6 * joshi2020.gainAmperesPerSiemens;
    expect(nextAmperes(200e-6, 5e-6, joshi2020)).toBeCloseTo(200e-6 + step, 12);
    expect(nextAmperes(200e-6, -5e-6, joshi2020)).toBeCloseTo(200e-6 - step, 12);
  });

  test("never leaves the bounds of the amplitude", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1e-3, noNaN: true }),
        (error, amperes) => {
          const next = nextAmperes(amperes, error, joshi2020);
          expect(next).toBeGreaterThanOrEqual(joshi2020.minAmperes);
          expect(next).toBeLessThanOrEqual(joshi2020.maxAmperes);
        },
      ),
      { seed: 20200518 },
    );
  });

  test("leaves its input alone, finishes what is inside the margin and pulses only the rest", () => {
    const before = initialState(4, joshi2020);
    const next = step(before, micro(5.2, 5.3, 0.5, 0.9), micro(5, 5, 0, 0), smallDescriptor, joshi2020);
    expect([...before.outcomes]).toEqual(new Array(4).fill(underWay));
    expect([...next.state.outcomes]).toEqual([code("converged"), underWay, code("converged"), underWay]);
    expect(next.active).toBe(2);
    expect([...next.amplitudeCodes].map((each) => each > 0)).toEqual([false, true, false, false]);
    expect([...next.resetMask]).toEqual([0, 0, 0, 1]);
    expect([...next.state.iterations]).toEqual([0, 1, 0, 1]);
  });

  test("calls a device that never moves stuck, by the side on which it is", () => {
    let state = initialState(3, joshi2020);
    for (let k = 0; k <= joshi2020.stuckIterations; k++) {
      state = step(
        state,
        micro(0.1, 35, 35 - 8 * (k % 2)),
        micro(10, 10, 10),
        smallDescriptor,
        joshi2020,
      ).state;
    }
    expect([...state.outcomes]).toEqual([code("stuck-low"), code("stuck-high"), underWay]);
  });

  test("gives up after the allowed iterations, and not before", () => {
    let state = initialState(1, joshi2020);
    for (let k = 0; k < joshi2020.maxIterations; k++) {
      state = step(state, micro(k % 2 === 0 ? 20 : 2), micro(10), smallDescriptor, joshi2020).state;
      expect(state.outcomes[0]).toBe(underWay);
    }
    state = step(state, micro(20), micro(10), smallDescriptor, joshi2020).state;
    expect(state.outcomes[0]).toBe(code("exhausted"));
    expect(state.iterations[0]).toBe(joshi2020.maxIterations);
  });
});
