/** Weights with a device that does not move: the others of the weight make up for it where they can. */

import { describe, expect, test } from "vitest";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { meltQuench } from "../../calibration/program-verify/melt-quench.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { programBlock } from "../../calibration/program-verify/program-block.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { meltedOrGrown, stuckAt } from "../chip/analytic-devices.ts";
import { numericalChip } from "../chip/numerical-chip.ts";
import { algorithms, calibration, pairs, readNet, someTargets, unitCells } from "./weight-blocks.ts";

/** Margins of three devices, and what is left at RESET. */
const largestError = 0.85e-6;
const plus = 1 * 16 + 2;
const minus = plus + 1;

/** Programs pairs whose first weight has a target of 10 µS; gives its outcomes, targets of its devices and error. */
async function firstPair(cell: number, siemens: number, algorithm = meltQuench(joshi2020)) {
  const { chip } = numericalChip(stuckAt(cell, siemens, meltedOrGrown));
  const targets = someTargets(pairs).fill(10e-6, 0, 1);
  const done = await programBlock(chip, pairs, targets, { algorithm, calibration });
  const net = await readNet(chip, pairs);
  return {
    done,
    outcomes: [...done.outcomes.subarray(0, 2)].map((code) => cellOutcomes[code]),
    targets: [...done.targets.subarray(0, 2)].map((target) => 1e6 * target),
    errors: net.map((value, weight) => value - targets[weight]!),
  };
}

describe.each(
  algorithms
    .filter(({ name }) => name !== "max-set-fill")
    .map((algorithm) => [algorithm.name, algorithm] as const),
)("%s", (_, algorithm) => {
  test.each([
    ["a plus device that is shorted above its target", plus, 24e-6],
    ["a minus device that is shorted", minus, 6e-6],
  ])("makes up for %s by the partner", async (__, cell, siemens) => {
    const { done, outcomes, errors } = await firstPair(cell, siemens, algorithm);
    expect(outcomes).toContain("stuck-high");
    expect(countOutcomes(done.outcomes)).toMatchObject({ converged: 47, "stuck-high": 1 });
    for (const error of errors) expect(Math.abs(error)).toBeLessThanOrEqual(largestError);
  });

  test("leaves a weight whose plus device is open where it is, and says so", async () => {
    const { outcomes, errors } = await firstPair(plus, 0.05e-6, algorithm);
    expect(outcomes).toEqual(["stuck-low", "converged"]);
    expect(errors[0]).toBeLessThan(-9e-6);
    for (const error of errors.subarray(1)) expect(Math.abs(error)).toBeLessThanOrEqual(largestError);
  });
});

test("the targets are those that the devices were aimed at in the end", async () => {
  expect((await firstPair(plus, 24e-6)).targets[1]).toBeCloseTo(14, 1);
  expect((await firstPair(minus, 6e-6)).targets[0]).toBeCloseTo(16, 1);
});

test("no partner is asked for more than the parameters allow", async () => {
  const algorithm = meltQuench({ ...joshi2020, partnerSiemens: 5e-6 });
  const { targets, errors } = await firstPair(plus, 24e-6, algorithm);
  expect(targets[1]).toBeCloseTo(5, 5);
  expect(errors[0]).toBeGreaterThan(8e-6);
});

test.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))(
  "with four devices %s finds another of the same sign for one that is open",
  async (name, algorithm) => {
    const first = unitCells.parts[0]!.region;
    const open = first.row * 16 + first.column;
    const { chip } = numericalChip(stuckAt(open, 0.05e-6, meltedOrGrown));
    const targets = someTargets(unitCells).fill(10e-6, 0, 1);
    const done = await programBlock(chip, unitCells, targets, { algorithm, calibration });
    expect(cellOutcomes[done.outcomes[0]!], name).toBe("stuck-low");
    (await readNet(chip, unitCells)).forEach((net, weight) => {
      expect(Math.abs(net - targets[weight]!), `weight ${weight}`).toBeLessThanOrEqual(largestError);
    });
  },
);
