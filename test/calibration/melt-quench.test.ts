import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BandSteps, Decision } from "../../calibration/program-verify/algorithm.ts";
import { underWay } from "../../calibration/program-verify/band-state.ts";
import { nextAmperes } from "../../calibration/program-verify/feedback.ts";
import { deviceSteps } from "../../calibration/program-verify/melt-quench.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";

const code = (outcome: (typeof cellOutcomes)[number]): number => cellOutcomes.indexOf(outcome);
const micro = (...values: number[]): Float32Array => Float32Array.from(values, (value) => value * 1e-6);

const stepsFor = (targets: Float32Array): BandSteps =>
  deviceSteps({
    targets,
    knownBad: new Uint8Array(targets.length),
    descriptor: smallDescriptor,
    parameters: joshi2020,
  });

const chosenBy = (train: PulseTrain | undefined): boolean[] =>
  [...(train?.kind === "per-cell" ? train.amplitudeCodes : (train?.mask ?? []))].map((entry) => entry > 0);

describe("the preparation of Joshi et al. 2020", () => {
  test("is RESET and a falling staircase for devices with a target, and a RESET alone for the others", () => {
    const [zero, others] = stepsFor(micro(0, 5)).begin().trains;
    expect(chosenBy(zero)).toEqual([true, false]);
    expect(chosenBy(others)).toEqual([false, true]);
    if (zero?.kind !== "shared" || others?.kind !== "shared") throw new Error("not shared trains");
    expect(zero.steps.length).toBe(1);
    const amperes = others.steps.map((each) => Math.round((each.amplitudeCode * 500) / 4095));
    expect(amperes).toEqual([450, 160, 140, 120, 100, 80, 60]);
    expect(others.steps.map((each) => each.widthSeconds)).toEqual([50e-9, ...new Array(6).fill(1e-6)]);
  });

  test("asks for no empty train", () => {
    expect(stepsFor(micro(5, 7)).begin().trains.length).toBe(1);
    expect(stepsFor(micro(0, 0)).begin().trains.length).toBe(1);
  });
});

describe("a step", () => {
  test("raises the current of a device that conducts too much and lowers that of one that conducts too little", () => {
    const change = 5e-6 * joshi2020.gainAmperesPerSiemens;
    expect(nextAmperes(200e-6, 5e-6, joshi2020)).toBeCloseTo(200e-6 + change, 12);
    expect(nextAmperes(200e-6, -5e-6, joshi2020)).toBeCloseTo(200e-6 - change, 12);
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
    const steps = stepsFor(micro(5, 5, 0, 0));
    const { state: before } = steps.begin();
    const { state, trains } = steps.next(before, micro(5.2, 5.3, 0.5, 0.9));
    expect([...before.outcomes]).toEqual(new Array(4).fill(underWay));
    expect([...state.outcomes]).toEqual([code("converged"), underWay, code("converged"), underWay]);
    expect([...steps.verification(state).mask]).toEqual([0, 1, 0, 1]);
    expect(trains.map(({ kind }) => kind)).toEqual(["per-cell", "shared"]);
    expect(trains.map(chosenBy)).toEqual([
      [false, true, false, false],
      [false, false, false, true],
    ]);
    expect([...state.iterations]).toEqual([0, 1, 0, 1]);
  });

  test("calls a device that never moves stuck, by the side on which it is", () => {
    const steps = stepsFor(micro(10, 10, 10));
    let decision: Decision = steps.begin();
    for (let k = 0; k <= joshi2020.stuckIterations; k++)
      decision = steps.next(decision.state, micro(0.1, 35, 35 - 8 * (k % 2)));
    expect([...decision.state.outcomes]).toEqual([code("stuck-low"), code("stuck-high"), underWay]);
  });

  test("calls a device that hovers about its target exhausted, however little it moves", () => {
    // 22.9 µS and 27.1 µS: within a fifth of 27.1 µS of each other and of 25 µS, and not within the margin.
    const steps = stepsFor(micro(25));
    let decision: Decision = steps.begin();
    let rounds = 0;
    for (; decision.state.outcomes[0] === underWay || rounds === 0; rounds++)
      decision = steps.next(decision.state, micro(rounds % 2 === 0 ? 22.9 : 27.1));
    expect(decision.state.outcomes[0]).toBe(code("exhausted"));
    expect(rounds).toBeGreaterThan(joshi2020.stuckIterations + 1);
  });

  test("gives up after the allowed iterations, and not before", () => {
    const steps = stepsFor(micro(10));
    let { state } = steps.begin();
    for (let k = 0; k < joshi2020.maxIterations; k++) {
      state = steps.next(state, micro(k % 2 === 0 ? 20 : 2)).state;
      expect(state.outcomes[0]).toBe(underWay);
    }
    state = steps.next(state, micro(20)).state;
    expect(state.outcomes[0]).toBe(code("exhausted"));
    expect(state.iterations[0]).toBe(joshi2020.maxIterations);
  });
});
