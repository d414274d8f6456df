import { describe, expect, test } from "vitest";
import { DescentUnfinished } from "../../calibration/gradient-descent/block-descent.ts";
import { descend } from "../../calibration/gradient-descent/descend.ts";
import { type DescentParameters, descentFor } from "../../calibration/gradient-descent/parameters.ts";
import { initialState } from "../../calibration/gradient-descent/state.ts";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type Converter, coreBlock, numericalCore } from "../chip/numerical-core.ts";

const weights = 256;
const slope = 25e-6;
const setSiemens = 33.75e-6;
/** Devices differ in the current that leaves them half of their SET conductance. */
const halfOf = (device: number): number => 190e-6 + (device % 21) * 1e-6;
const curve = (device: number, amperes: number): number =>
  setSiemens / (1 + Math.exp((amperes - halfOf(device)) / slope));
const amplitudeOf = (device: number, siemens: number): number =>
  halfOf(device) + slope * Math.log(setSiemens / siemens - 1);

const targets = Float32Array.from({ length: weights }, (_, weight) => ((weight % 21) - 10) * 4e-6);
const maxSiemens = 25e-6;
const parameters: DescentParameters = {
  ...descentFor(joshi2020, maxSiemens),
  vectors: 256,
  marginSiemens: 0.5e-6,
  maxIterations: 25,
  restSeconds: 1,
};

/** Every weight is off its target by up to 6 µS, or what its device holds, in one of its devices, whose amplitudes are known. */
function started(converter?: (column: number) => Converter, response = curve) {
  const random = seededPrng(21);
  const siemens = new Float64Array(4 * weights).fill(0.3e-6);
  const known = new Float32Array(4 * weights).fill(0.3e-6);
  const amperes = new Float32Array(4 * weights);
  for (let weight = 0; weight < weights; weight++) {
    const target = targets[weight]!;
    for (const device of target < 0 ? [2, 3] : [0, 1]) {
      const at = device * weights + weight;
      known[at] = Math.max(0.3e-6, Math.abs(target) / 2);
      const most = Math.min(6e-6, known[at]! - 0.3e-6);
      siemens[at] = known[at]! + (device % 2 === 0 ? 2 * most * (random.uniform() - 0.5) : 0);
      amperes[at] = amplitudeOf(at, siemens[at]!);
    }
  }
  const knowledge = { amperes, siemens: known, barred: new Uint8Array(4 * weights) };
  const core = numericalCore(response, siemens, converter);
  return { ...core, state: initialState(knowledge, weights) };
}

const netOf = (siemens: Float64Array, weight: number): number =>
  siemens[weight]! +
  siemens[weights + weight]! -
  siemens[2 * weights + weight]! -
  siemens[3 * weights + weight]!;

/** What all weights of a column have in common looks like the gain of its converter, and stays what it was at the start. */
const sharedScale = (siemens: Float64Array, column: number): number => {
  const own = [...targets.keys()].filter((weight) => weight % 16 === column);
  return (
    sum(own.map((weight) => netOf(siemens, weight) * targets[weight]!)) /
    sum(own.map((weight) => targets[weight]! ** 2))
  );
};

/** Largest error of a weight (S) beside that. */
const worstError = (siemens: Float64Array): number =>
  Math.max(
    ...targets.map((target, weight) =>
      Math.abs(netOf(siemens, weight) - sharedScale(siemens, weight % 16) * target),
    ),
  );

const options = (changes: Partial<DescentParameters> = {}) => ({
  parameters: { ...parameters, ...changes },
  random: seededPrng(31),
});
const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);

describe("gradient descent on the error of products", () => {
  test("brings every weight within the margin without reading a single device", async () => {
    const { chip, state, siemens, pulses } = started();
    const before = worstError(siemens);
    const done = await descend(withLimits(chip), coreBlock, targets, state, options());
    expect(before).toBeGreaterThan(4e-6);
    expect(worstError(siemens)).toBeLessThan(1.5e-6);
    expect(countOutcomes(done.outcomes).converged).toBeGreaterThan(weights - 3);
    expect(Uint32Array.from(done.state.pulses)).toEqual(pulses);
    expect(done.rounds.map((round) => round.pulses).reduce((a, b) => a + b)).toBe(sum(pulses));
    expect(done.rounds.at(-1)!.relativeError).toBeLessThan(done.rounds[0]!.relativeError / 5);
    expect(done.endSeconds).toBeGreaterThan(done.startSeconds);
  });

  test("takes gain and offset of converters for what they are", async () => {
    const converter = (column: number): Converter => ({
      scale: 0.8 + 0.025 * column,
      offsetCodes: column - 8,
    });
    const { chip, state, siemens } = started(converter);
    const before = Array.from({ length: 16 }, (_, column) => sharedScale(siemens, column));
    const done = await descend(chip, coreBlock, targets, state, options());
    expect(countOutcomes(done.outcomes).converged).toBeGreaterThan(weights - 3);
    expect(worstError(siemens)).toBeLessThan(1.5e-6);
    before.forEach((scale, column) => {
      expect(Math.abs(sharedScale(siemens, column) - scale)).toBeLessThan(0.04);
    });
  });

  test("lets the other devices of a unit cell make up for one that is stuck, and names what it cannot reach", async () => {
    const stuck = 3 * weights + 5;
    const { chip, state, siemens, pulses } = started(undefined, (device, amperes) =>
      device % weights === 40 || device === stuck ? 0.3e-6 : curve(device, amperes),
    );
    const done = await descend(chip, coreBlock, targets, state, options({ maxIterations: 40 }));
    expect(Math.abs(netOf(siemens, 5) - sharedScale(siemens, 5) * targets[5]!)).toBeLessThan(1e-6);
    expect(cellOutcomes[done.outcomes[5]!]).toBe("converged");
    const outcome = cellOutcomes[done.outcomes[40]!];
    expect(targets[40]).toBeGreaterThan(20e-6);
    expect(outcome).toBe("stuck-low");
    expect(Math.max(...pulses)).toBeLessThanOrEqual(parameters.maxPulsesPerDevice);
  });

  test("gives a device no more pulses than it may get, and the block no more than its budget", async () => {
    const restless = started(
      undefined,
      (device, amperes) => curve(device, amperes) * (1 + 0.5 * Math.sin(amperes * 1e9)),
    );
    const limits = { maxPulsesPerDevice: 3, maxIterations: 30, stuckPulses: 30 };
    const done = await descend(restless.chip, coreBlock, targets, restless.state, options(limits));
    expect(Math.max(...restless.pulses)).toBe(3);
    expect(countOutcomes(done.outcomes).exhausted).toBeGreaterThan(0);
    const poor = started();
    const errors = targets.map((target, weight) =>
      Math.abs(netOf(poor.siemens, weight) - sharedScale(poor.siemens, weight % 16) * target),
    );
    await descend(poor.chip, coreBlock, targets, poor.state, options({ maxPulses: 10 }));
    expect(sum(poor.pulses)).toBe(10);
    const pulsed = [...errors.keys()].filter((weight) =>
      [0, 1, 2, 3].some((d) => poor.pulses[d * weights + weight]! > 0),
    );
    const tenth = errors.slice().sort((a, b) => b - a)[9]!;
    for (const weight of pulsed) expect(errors[weight]).toBeGreaterThan(tenth - 0.5e-6);
  });

  test("goes on from the state of an earlier descent", async () => {
    const { chip, state, siemens, pulses } = started();
    const first = await descend(chip, coreBlock, targets, state, options({ maxIterations: 1 }));
    expect(countOutcomes(first.outcomes).exhausted).toBeGreaterThan(0);
    const again = { ...first.state, iterations: 0 };
    const second = await descend(chip, coreBlock, targets, again, options());
    expect(worstError(siemens)).toBeLessThan(1.5e-6);
    expect(Uint32Array.from(second.state.pulses)).toEqual(pulses);
  });
});

describe("a descent that cannot go on", () => {
  const failing = (chip: Chip, at: number, failure: LabError): Chip => {
    let calls = 0;
    return {
      ...chip,
      async pulse(region, train) {
        calls++;
        if (calls === at) throw failure;
        return chip.pulse(region, train);
      },
    };
  };
  const unfinished = async (work: Promise<unknown>): Promise<DescentUnfinished> => {
    const failure = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(failure instanceof DescentUnfinished)) throw new Error("the descent should not have finished");
    return failure;
  };

  test("counts pulses that may have been applied, and calls their weights unknown", async () => {
    const { chip, state, pulses } = started();
    const lost = failing(chip, 2, new LabError("LINK_LOST", "gone"));
    const { descent, cause } = await unfinished(descend(lost, coreBlock, targets, state, options()));
    expect(cause).toMatchObject({ code: "LINK_LOST" });
    expect(descent.unknownPulses).toBeGreaterThan(0);
    expect(sum(descent.state.pulses)).toBe(sum(pulses) + descent.unknownPulses);
    expect(countOutcomes(descent.outcomes).unknown).toBe(sum(descent.state.pulses));
  });

  test("does not count what the board refused, nor what was never sent", async () => {
    const { chip, state, pulses } = started();
    const refusing = failing(chip, 2, new LabError("REFUSED", "no"));
    const { descent } = await unfinished(descend(refusing, coreBlock, targets, state, options()));
    expect(descent.unknownPulses).toBe(0);
    expect(Uint32Array.from(descent.state.pulses)).toEqual(pulses);
    const { skipped, unknown } = countOutcomes(descent.outcomes);
    expect(unknown).toBe(sum(pulses));
    expect(skipped).toBeGreaterThan(0);
    const unsent = [...descent.state.pulses.keys()].filter((at) => descent.state.pulses[at] === 0);
    for (const at of unsent) expect(descent.state.amperes[at]).toBe(state.amperes[at]);
  });

  test("stops before the next iteration when the user says so", async () => {
    const { chip, state, pulses } = started();
    const stop = new AbortController();
    const onRound = (): void => stop.abort();
    const work = descend(chip, coreBlock, targets, state, { ...options(), onRound, signal: stop.signal });
    const { descent, cause } = await unfinished(work);
    expect(cause).toMatchObject({ code: "INTERRUPTED" });
    expect(descent.rounds.length).toBe(1);
    expect(Uint32Array.from(descent.state.pulses)).toEqual(pulses);
  });

  test.each<[string, Partial<DescentParameters>, string]>([
    ["an amplitude beyond the chip", { maxAmperes: 1e-3 }, "LIMIT"],
    ["a pulse that is too long", { pulseWidthSeconds: 1 }, "LIMIT"],
    ["targets beyond the devices", { maxSiemens: 10e-6 }, "LIMIT"],
    ["too few vectors for refinements", { vectors: 64 }, "USAGE"],
    ["amplitudes in the wrong order", { minAmperes: 3e-4, maxAmperes: 2e-4 }, "USAGE"],
    ["a rate of nothing", { rate: 0 }, "USAGE"],
  ])("refuses %s before anything is sent", async (_, changes, code) => {
    const { chip, state, pulses } = started();
    const work = descend(chip, coreBlock, targets, state, options(changes));
    await expect(work).rejects.toMatchObject({ code });
    expect(sum(pulses)).toBe(0);
    expect(await chip.now()).toBe(0);
  });

  test("refuses targets that are no numbers, devices that are no unit cells, and chips without products", async () => {
    const { chip, state } = started();
    const odd = targets.slice();
    odd[3] = Number.NaN;
    await expect(descend(chip, coreBlock, odd, state, options())).rejects.toMatchObject({ code: "LIMIT" });
    const parts = coreBlock.parts.map((part, n) => ({ ...part, devices: [3 - n] }));
    const wrong = descend(chip, { ...coreBlock, parts }, targets, state, options());
    await expect(wrong).rejects.toMatchObject({ code: "LIMIT" });
    const { mvm, ...without } = chip.descriptor;
    const plain = descend({ ...chip, descriptor: without }, coreBlock, targets, state, options());
    await expect(plain).rejects.toMatchObject({ code: "LIMIT" });
    expect(mvm).toBeDefined();
  });
});
