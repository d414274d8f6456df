import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseSetFill } from "../../calibration/program-verify/set-fill-choice.ts";

const near = 0.25;

describe("the choice of max-SET-fill for two devices", () => {
  test.each([
    ["below both: {RESET, analog}", [12, 14], 5, { set: [], analog: { device: 0, siemens: 5 } }],
    ["what only one can hold", [12, 14], 13, { set: [0], analog: { device: 1, siemens: 1 } }],
    [
      "above both: {SET, analog}, the fuller one SET",
      [12, 14],
      20,
      { set: [1], analog: { device: 0, siemens: 6 } },
    ],
    ["one SET conductance: {SET, RESET}", [12, 14], 12.2, { set: [0] }],
    ["the sum of both: {SET, SET}", [12, 14], 25.9, { set: [0, 1] }],
    ["more than both: {SET, SET}", [12, 14], 30, { set: [0, 1] }],
    ["nothing: {RESET, RESET}", [12, 14], 0.1, { set: [] }],
    ["one device that does not come up", [0.1, 14], 10, { set: [0], analog: { device: 1, siemens: 9.9 } }],
  ] as const)("%s", (_, setSiemens, target, fill) => {
    const chosen = chooseSetFill(setSiemens, target, near);
    expect(chosen.set).toEqual(fill.set);
    expect(chosen.analog?.device).toBe("analog" in fill ? fill.analog.device : undefined);
    if ("analog" in fill) expect(chosen.analog?.siemens).toBeCloseTo(fill.analog.siemens, 9);
  });
});

test("the sum is the target wherever the devices can hold it, and no analog device is asked for more than it has", () => {
  const siemens = fc.double({ min: 1, max: 20, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(siemens, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, share) => {
        const total = all.reduce((sum, each) => sum + each, 0);
        const target = share * total;
        const { set, analog } = chooseSetFill(all, target, near);
        const sum = set.reduce((held, device) => held + all[device]!, analog?.siemens ?? 0);
        expect(Math.abs(sum - target)).toBeLessThanOrEqual(near + 1e-9);
        if (analog === undefined) return;
        expect(set).not.toContain(analog.device);
        expect(analog.siemens).toBeLessThanOrEqual(all[analog.device]!);
      },
    ),
    { seed: 20231, numRuns: 500 },
  );
});
