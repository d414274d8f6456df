import { expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { estimateOf } from "../../src/campaign/estimate.ts";
import { probeRequest } from "../../src/campaign/probe-inputs.ts";
import { type PlanFacts, subjectsOf, wholeArrays, withoutPast } from "../../src/campaign/subjects.ts";
import { programmingId } from "../../src/store/identity.ts";
import { labErrorOf } from "../store/failure.ts";
import { emptyPlan, smallPlan } from "./bench.ts";

const { descriptor } = createCrossbar(tiny, 1);
const region = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };
const tile = (name: string, endedSeconds: number) => ({
  name,
  programming: programmingId(1),
  region,
  endedSeconds,
  knownBy: "chip" as const,
});
const facts = (nowSeconds: number, ...tiles: PlanFacts["tiles"]): PlanFacts => ({
  descriptor,
  tiles,
  nowSeconds,
});

test("each tile's ages count from the end of its own programming", () => {
  const plan = { ...emptyPlan, tiles: { agesSeconds: [25, 100] } };
  const subjects = subjectsOf(plan, facts(20, tile("a", 3), tile("b", 12)));
  expect(subjects.map(({ name, referenceSeconds }) => [name, referenceSeconds])).toEqual([
    ["a", 3],
    ["b", 12],
  ]);
});

test("ages of arrays and regions count from the campaign's beginning, or from the latest programming", () => {
  const plan = smallPlan([10]);
  expect(subjectsOf(plan, facts(20, tile("a", 3)))[0]?.referenceSeconds).toBe(20);
  const since = { ...plan, since: "programming" as const };
  expect(subjectsOf(since, facts(20, tile("a", 3), tile("b", 12)))[0]?.referenceSeconds).toBe(12);
  expect(labErrorOf(() => subjectsOf(since, facts(20))).code).toBe("STORE_CONTENT");
});

test("a plan that reads nothing, or what is not there, is refused", () => {
  expect(labErrorOf(() => subjectsOf(emptyPlan, facts(0))).code).toBe("USAGE");
  const tiles = { ...emptyPlan, tiles: { agesSeconds: [1] } };
  expect(labErrorOf(() => subjectsOf(tiles, facts(0))).code).toBe("STORE_CONTENT");
  const outside = {
    ...emptyPlan,
    regions: [{ name: "x", region: { ...region, row: 62 }, agesSeconds: [1] }],
  };
  expect(labErrorOf(() => subjectsOf(outside, facts(0))).code).toBe("LIMIT");
  const mvm = { ...emptyPlan, mvm: { vectors: 1, seed: 1, phases: 1 as const, agesSeconds: [1] } };
  expect(labErrorOf(() => subjectsOf(mvm, facts(0))).code).toBe("LIMIT");
});

test("times that are past are refused by name, or left out, or left to the schedule", () => {
  const subjects = subjectsOf(
    { ...emptyPlan, tiles: { agesSeconds: [25, 100, 1000] } },
    facts(200, tile("dense", 80)),
  );
  const failure = labErrorOf(() => withoutPast(subjects, 200, "refuse"));
  expect(failure.message).toBe("the time 25 s of dense is past: it is 2 min old");
  expect(failure.next).toContain("--past skip");
  expect(withoutPast(subjects, 200, "skip")[0]?.agesSeconds).toEqual([1000]);
  expect(withoutPast(subjects, 200, "late")[0]?.agesSeconds).toEqual([25, 100, 1000]);
  expect(labErrorOf(() => withoutPast(subjects, 5000, "skip")).code).toBe("USAGE");
});

test("an estimate tells the readings that others keep from being on time", () => {
  const whole = wholeArrays(descriptor)[0]?.region ?? region;
  const seconds = 64 * 64 * 2 * descriptor.read.sampleSeconds;
  const twice = subjectsOf(
    {
      ...emptyPlan,
      averages: 2,
      regions: [
        { name: "a", region: whole, agesSeconds: [10, 20] },
        { name: "b", region: whole, agesSeconds: [10, 20] },
      ],
    },
    facts(0),
  );
  const estimate = estimateOf(twice, { averages: 2 }, descriptor);
  expect(estimate).toMatchObject({
    slots: 4,
    firstDueSeconds: 10,
    lastDueSeconds: 20,
    late: 0,
    overtaken: 0,
  });
  expect(estimate.readingSeconds).toBeCloseTo(4 * seconds, 9);
  // Two bytes a device at the least.
  expect(estimate.storeBytes).toBeGreaterThan(4 * 2 * 64 * 64);
  const slow = { ...descriptor, read: { ...descriptor.read, sampleSeconds: 15 / (64 * 64 * 2) } };
  expect(estimateOf(twice, { averages: 2 }, slow)).toMatchObject({ late: 2, overtaken: 1 });
});

test("random inputs are the same for the same seed, use the whole range, and are as often of either sign", () => {
  const cells = { row: 0, column: 0, rows: 256, columns: 256 };
  const plan = { seed: 3, vectors: 40, phases: 1 as const };
  const { inputs } = probeRequest(cells, plan, 127);
  expect(inputs).toEqual(probeRequest(cells, plan, 127).inputs);
  expect(inputs).not.toEqual(probeRequest(cells, { ...plan, seed: 4 }, 127).inputs);
  // More vectors leave the first ones as they are.
  expect(probeRequest(cells, { ...plan, vectors: 80 }, 127).inputs.slice(0, inputs.length)).toEqual(inputs);
  expect(Math.max(...inputs)).toBe(127);
  expect(Math.min(...inputs)).toBe(-127);
  const mean = inputs.reduce((sum, code) => sum + code, 0) / inputs.length;
  // The standard error of the mean of 10,240 uniform codes of -127 to 127 is 0.73.
  expect(Math.abs(mean)).toBeLessThan(3);
});

test("a chip that multiplies is probed with all of its unit cells", () => {
  const hermes = createCrossbar(builtinProfile("hermes-core"), 1).descriptor;
  const mvm = { vectors: 8, seed: 1, phases: 1 as const, agesSeconds: [1] };
  const [subject] = subjectsOf({ ...emptyPlan, mvm }, { ...facts(0), descriptor: hermes });
  expect(subject?.matter).toEqual({
    kind: "mvm",
    cells: { row: 0, column: 0, rows: 256, columns: 256 },
    probe: { seed: 1, vectors: 8, phases: 1 },
  });
  const many = { ...mvm, vectors: 65_000 };
  expect(
    labErrorOf(() => subjectsOf({ ...emptyPlan, mvm: many }, { ...facts(0), descriptor: hermes })).code,
  ).toBe("LIMIT");
});
