import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { conformanceOf } from "../../src/conformance/report.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { checkedBoard, faultsOf, tinyArray } from "./boards.ts";
import { guardedDescriptor } from "./broken/envelope.ts";

const example = { ...exampleDescriptor, emulated: true };

describe("our emulated firmware keeps every rule", () => {
  test.each([
    ["tiny", tinyArray],
    ["hermes-core", () => createCrossbar(builtinProfile("hermes-core"), 1)],
    ["the example board", () => fakeArray(example)],
    ["the example board with mvm", () => fakeArray(mvmDescriptor)],
    ["the example board with an envelope", () => fakeArray(guardedDescriptor)],
  ])("on %s", async (_, array) => {
    const report = await checkedBoard(array());
    expect(faultsOf(report)).toEqual([]);
    expect(conformanceOf(report)).toBe("conforms");
  });
});
