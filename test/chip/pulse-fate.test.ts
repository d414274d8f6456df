import { describe, expect, test } from "vitest";
import { pulseFate } from "../../src/chip/pulse-fate.ts";

describe("the fate of a pulse whose acknowledgement was lost (SPEC.md, At most once)", () => {
  test.each([
    ["same", "greater", 7, 1, { bootId: 1, lastOperationId: 6 }, "not-applied"],
    ["same", "equal", 7, 1, { bootId: 1, lastOperationId: 7 }, "applied"],
    ["same", "smaller", 7, 1, { bootId: 1, lastOperationId: 8 }, "unknown"],
    ["another", "greater", 7, 1, { bootId: 2, lastOperationId: 0 }, "unknown"],
    ["another", "equal", 7, 1, { bootId: 2, lastOperationId: 7 }, "unknown"],
    ["another", "smaller", 7, 1, { bootId: 2, lastOperationId: 9 }, "unknown"],
  ] as const)("%s boot, id %s: %s", (_, __, operationId, bootId, board, fate) => {
    expect(pulseFate(operationId, bootId, board)).toBe(fate);
  });
});
