import { describe, expect, test } from "vitest";
import { descriptorSchema, deviceArrays, deviceCount } from "../../src/chip/descriptor.ts";
import { exampleDescriptor, mvmDescriptor } from "../firmware/fake-array.ts";

const mvm = mvmDescriptor.mvm!;
const plus = mvmDescriptor.arrays[0]!;
const minus = mvmDescriptor.arrays[1]!;
const resistors = mvmDescriptor.arrays[2]!;

/** The messages of what is wrong, each behind its path; none when the descriptor is accepted. */
function faults(change: object): string[] {
  const parsed = descriptorSchema.safeParse({ ...mvmDescriptor, ...change });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("a chip may do MVMs, have reference resistors, both or neither", () => {
  const { mvm: _, ...without } = mvmDescriptor;
  for (const descriptor of [exampleDescriptor, mvmDescriptor, without])
    expect(descriptorSchema.parse(descriptor)).toEqual(descriptor);
  expect(faults({ arrays: [plus, minus] })).toEqual([]);
});

describe("reference resistors", () => {
  test("are no devices", () => {
    expect(deviceArrays(mvmDescriptor)).toEqual([0, 1]);
    expect(deviceCount(mvmDescriptor)).toBe(32);
    expect(deviceArrays({ arrays: [resistors, plus] })).toEqual([1]);
  });

  test.each([
    ["one row too few", { ...resistors, referenceSiemens: [0, 1e-5] }],
    ["one row too many", { ...resistors, referenceSiemens: [0, 1e-5, 2e-5, 3e-5] }],
  ])("need one conductance for each row: %s", (_, array) => {
    expect(faults({ arrays: [plus, minus, array] })).toEqual([
      'arrays: "REF" needs one referenceSiemens for each of its 3 rows',
    ]);
  });

  test.each([[[-1e-6, 1e-5, 4e-5]], [["0", "1", "2"]], [[]]])("are no %j", (referenceSiemens) => {
    expect(faults({ arrays: [plus, minus, { ...resistors, referenceSiemens }] })[0]).toMatch(
      /^arrays\.2\.referenceSiemens/,
    );
  });

  test("are not all that a chip has", () => {
    const { mvm: _, ...without } = mvmDescriptor;
    expect(descriptorSchema.safeParse({ ...without, arrays: [resistors] }).success).toBe(false);
    expect(faults({ arrays: [resistors] })).toEqual(["arrays: none holds devices"]);
  });
});

describe("an MVM needs arrays", () => {
  const message = "arrays: mvm needs plusArrays and minusArrays that hold devices and have one size";

  test.each<[string, object]>([
    ["that are there", { mvm: { ...mvm, plusArrays: [3] } }],
    ["that are there, also against the weight", { mvm: { ...mvm, minusArrays: [1, 3] } }],
    [
      "that hold devices",
      {
        arrays: [plus, minus, { ...plus, referenceSiemens: [0, 0, 0, 0] }],
        mvm: { ...mvm, minusArrays: [2] },
      },
    ],
    ["of equal rows", { arrays: [plus, { ...minus, rows: 5 }, resistors] }],
    ["of equal columns", { arrays: [plus, { ...minus, columns: 3 }, resistors] }],
  ])("%s", (_, change) => {
    expect(faults(change)).toEqual([message]);
  });

  test("and may have several on each side", () => {
    const arrays = [plus, minus, resistors, plus, minus];
    expect(faults({ arrays, mvm: { ...mvm, plusArrays: [0, 3], minusArrays: [4, 1] } })).toEqual([]);
  });
});

test.each([
  ["inputBits", 1],
  ["inputBits", 9],
  ["outputBits", 1],
  ["outputBits", 15],
  ["fullScaleSiemens", 0],
  ["readVolts", -0.1],
  ["phaseSeconds", 0],
  ["phases", []],
  ["phases", [2]],
  ["plusArrays", []],
  ["minusArrays", []],
  ["plusArrays", [0.5]],
  ["maxVectors", 0],
  ["maxVectors", 65_537],
])("mvm.%s is not %j", (field, value) => {
  expect(faults({ mvm: { ...mvm, [field]: value } })[0]).toMatch(new RegExp(`^mvm\\.${field}`));
});
