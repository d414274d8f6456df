import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { conformanceOf } from "../../src/conformance/report.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { checkedBoard, faultsOf, tinyArray } from "./boards.ts";
import { guardedDescriptor } from "./broken/envelope.ts";
import { hearing } from "./faults.ts";

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

test("a board that looks at the region before kinds and lengths keeps every rule, since no order is prescribed", async () => {
  const outside = `ARR:READ\\? ${example.arrays.length},0,0,2,8,1,[\\d.]+`;
  const regionFirst = hearing((text) => text.replace(new RegExp(`(${outside}),(?:#10|1)\n`), "$1\n"));
  expect(faultsOf(await checkedBoard(fakeArray(example), regionFirst))).toEqual([]);
});
