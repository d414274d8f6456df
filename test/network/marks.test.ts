import { describe, expect, it } from "vitest";
import { uniformCalibration } from "../../src/chip/readout.ts";
import { LabError } from "../../src/core/errors.ts";
import { knownBadOf, marksUnder } from "../../src/network/known-bad.ts";
import { assertOnChip, failedBitLines, type Mark, marksSchema, parseMarks } from "../../src/network/marks.ts";
import { chipWith } from "./networks.ts";

const marks: readonly Mark[] = [
  { kind: "device", array: 0, row: 3, column: 7, state: "low" },
  { kind: "device", array: 1, row: 0, column: 2, state: "high" },
  { kind: "bit-line", array: 0, column: 5 },
  { kind: "word-line", array: 1, row: 9 },
];

function refusalOf(text: string): LabError {
  try {
    parseMarks(text, "list.csv");
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error(`${text} was accepted`);
}

describe("a list of marked devices", () => {
  it("is CSV with the columns in any order, spaces and empty lines, or JSON", () => {
    const csv = "\uFEFFarray, row, column, state\r\n0,3,7\r\n1,0,2,high\r\n\r\n0,*,5,\r\n1,9,\r\n";
    expect(parseMarks(csv, "list.csv")).toEqual(marks);
    expect(parseMarks("column,array\n5,0\n", "list.csv")).toEqual([marks[2]]);
    const entries = [
      { array: 0, row: 3, column: 7 },
      { array: 1, row: 0, column: 2, state: "high" },
      { array: 0, row: "*", column: 5 },
      { array: 1, row: 9 },
    ];
    expect(parseMarks(JSON.stringify(entries), "list.json")).toEqual(marks);
    expect(parseMarks("[]", "list.json")).toEqual([]);
  });

  it.each([
    ["row,column\n1,2", "names no column `array`"],
    ["array,row,column\n0,1,2\n0,-1,2", "line 3: row"],
    ["array,row,column\n0,1.5,2", "line 2: row"],
    ["array,row,column\n0,*,*", "line 2 names neither a row nor a column"],
    ["array,row,column,state\n0,1,2,broken", "line 2: state"],
    ["array,row\n0,1,2", "line 2"],
    ["[{]", "it is not JSON"],
    ['[{"array":0,"row":1,"kolumn":2}]', "entry 0"],
    ['[{"row":1,"column":2}]', "entry 0: array"],
  ])("is refused with the place of the fault: %j", (text, fault) => {
    const refusal = refusalOf(text);
    expect(refusal.code).toBe("BAD_DATA");
    expect(refusal.message).toContain(fault);
    expect(refusal.next).toContain("array,row,column");
  });

  it("is refused when it leaves the arrays of devices", () => {
    const chip = chipWith([
      { rows: 4, columns: 8 },
      { rows: 10, columns: 3 },
    ]);
    expect(() => assertOnChip(marks, chip, "list.csv")).not.toThrow();
    const reference = {
      ...chip,
      arrays: [chip.arrays[0]!, { ...chip.arrays[1]!, referenceSiemens: [0, 1e-6] }],
    };
    expect(() => assertOnChip(marks, reference, "list.csv")).toThrow("array 1, row 0, column 2");
    for (const stray of ["0,4,0", "0,0,8", "2,0,0", "0,*,8", "0,4,*"]) {
      const [mark] = parseMarks(`array,row,column\n${stray}`, "list.csv");
      expect(() => assertOnChip([mark!], chip, "list.csv")).toThrow(LabError);
    }
  });
});

describe("converters that failed their calibration", () => {
  it("mark their bit line in every array of devices that is so wide", () => {
    const chip = chipWith([
      { rows: 4, columns: 8 },
      { rows: 4, columns: 6 },
    ]);
    const good = uniformCalibration({ name: "x", siemensPerCode: 1e-7, offsetCodes: 0 }, 8);
    expect(failedBitLines(good, chip)).toEqual([]);
    const success = good.success.map((flag, column) => (column === 2 || column === 7 ? 0 : flag));
    expect(failedBitLines({ ...good, success }, chip)).toEqual([
      { kind: "bit-line", array: 0, column: 2 },
      { kind: "bit-line", array: 0, column: 7 },
      { kind: "bit-line", array: 1, column: 2 },
    ]);
  });
});

describe("marks under blocks", () => {
  const parts = [
    { region: { array: 0, row: 2, column: 4, rows: 2, columns: 3 }, devices: [0] },
    { region: { array: 1, row: 2, column: 4, rows: 2, columns: 3 }, devices: [1] },
  ];
  const marks: Mark[] = [
    { kind: "device", array: 0, row: 3, column: 5, state: "low" },
    { kind: "device", array: 1, row: 3, column: 7, state: "high" },
    { kind: "device", array: 0, row: 1, column: 5, state: "low" },
    { kind: "bit-line", array: 1, column: 4 },
    { kind: "word-line", array: 1, row: 2 },
    { kind: "word-line", array: 2, row: 2 },
  ];

  it("are its devices, part after part, each row by row", () => {
    expect([...knownBadOf({ parts }, marks)]).toEqual([0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0]);
  });

  it("leave out those that touch no region, and come back from JSON", () => {
    const own = marksUnder(
      parts.map(({ region }) => region),
      marks,
    );
    expect(own).toEqual([marks[0], marks[3], marks[4]]);
    expect(marksSchema.parse(JSON.parse(JSON.stringify(own)))).toEqual(own);
    expect(() => marksSchema.parse([{ kind: "device", array: 0 }])).toThrow();
  });
});
