import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  block,
  type Element,
  encodeElements,
  encodeUnit,
  number,
  string,
  word,
} from "../../firmware-protocol/scpi/element.ts";
import { eventBitOf, ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import {
  headerMatches,
  parseElements,
  parseProgramMessage,
  printable,
} from "../../firmware-protocol/scpi/parse.ts";
import { bytesOf } from "../../src/core/bytes.ts";

const headersOf = (text: string): string[] => parseProgramMessage(bytesOf(text)).map(({ header }) => header);
const elementsOf = (text: string): readonly Element[] => parseElements(bytesOf(text));

function faultNumber(act: () => unknown): number | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ScpiFault) return thrown.number;
    throw thrown;
  }
}

describe("the headers of a message", () => {
  test.each([
    ["*IDN?", ["*IDN?"]],
    [" \t*idn? ", ["*IDN?"]],
    [":SYST:ERR?", ["SYST:ERR?"]],
    ["SYST:ERR?;VERS?", ["SYST:ERR?", "SYST:VERS?"]],
    ["SYST:ERR:NEXT?;COUN?;:SYST:VERS?", ["SYST:ERR:NEXT?", "SYST:ERR:COUN?", "SYST:VERS?"]],
    ["SYST:ERR:NEXT?;*CLS;COUN?", ["SYST:ERR:NEXT?", "*CLS", "SYST:ERR:COUN?"]],
    ["A:B;C:D;E", ["A:B", "A:C:D", "A:C:E"]],
    ["A:B;:C;D", ["A:B", "C", "D"]],
    ["*CLS ; *RST;", ["*CLS", "*RST"]],
    ["A_1:B2 3", ["A_1:B2"]],
    ["", []],
    ["  ", []],
  ])("%j are %j", (text, headers) => {
    expect(headersOf(text)).toEqual(headers);
  });

  test.each([
    "4X",
    "*",
    "?",
    "A::B",
    "A:",
    "A?B",
    "::A",
    ";",
    "*CLS;;*RST",
    "A\xe9",
    "*A1",
    'A"x"',
    "A#10",
    ",1",
    "A,1",
  ])("%j breaks the grammar", (text) => expect(faultNumber(() => headersOf(text))).toBe(-102));

  test("are at most 64, parameters at most 256", () => {
    expect(headersOf("A;".repeat(64)).length).toBe(64);
    expect(faultNumber(() => headersOf("A;".repeat(65)))).toBe(-223);
    expect(elementsOf(new Array(256).fill("1").join(",")).length).toBe(256);
    expect(faultNumber(() => elementsOf(new Array(257).fill("1").join(",")))).toBe(-223);
  });
});

describe("a header pattern", () => {
  test.each([
    ["SYSTem:ERRor[:NEXT]?", "SYST:ERR?"],
    ["SYSTem:ERRor[:NEXT]?", "SYSTEM:ERROR?"],
    ["SYSTem:ERRor[:NEXT]?", "SYST:ERROR:NEXT?"],
    ["ARRay:READ?", "ARR:READ?"],
    ["*ESE?", "*ESE?"],
    ["OUTPut[:STATe]", "OUTP"],
    ["OUTPut[:STATe]", "OUTPUT:STAT"],
  ])("%s matches %s", (pattern, header) => expect(headerMatches(pattern, header)).toBe(true));

  test.each([
    ["SYSTem:ERRor[:NEXT]?", "SYST:ERR"],
    ["SYSTem:ERRor[:NEXT]?", "SYSTE:ERR?"],
    ["SYSTem:ERRor[:NEXT]?", "SYST:ERR:NEX?"],
    ["SYSTem:ERRor[:NEXT]?", "SYST:ERR:?"],
    ["ARRay:READ?", "ARRAYS:READ?"],
    ["ARRay:READ?", "READ?"],
    ["*ESE?", "*ESE"],
    ["*ESE", "*ESE?"],
    ["OUTPut[:STATe]", "OUTP?"],
    ["OUTPut[:STATe]", "OUTP:"],
  ])("%s does not match %s", (pattern, header) => expect(headerMatches(pattern, header)).toBe(false));
});

describe("the elements of a message", () => {
  test.each<[string, Element[]]>([
    ["1,+2,-3.5,.5,4.,1e-3,2E+2", [1, 2, -3.5, 0.5, 4, 1e-3, 200].map(number)],
    ["on , OFF_1", [word("ON"), word("OFF_1")]],
    ['"a,b;#1","say ""hi""",""', [string("a,b;#1"), string('say "hi"'), string("")]],
    ['""""', [string('"')]],
    ["#13a,b,#10,7", [block(bytesOf("a,b")), block(bytesOf("")), number(7)]],
    ["#3002ab", [block(bytesOf("ab"))]],
    ["", []],
  ])("%j are read", (text, elements) => expect(elementsOf(text)).toEqual(elements));

  test.each([
    ["1,", -102],
    [",1", -102],
    ["1 2", -102],
    ["1.2.3", -102],
    ["0x10", -102],
    ["--1", -102],
    ["1e", -102],
    ["1_000", -102],
    ["a-b", -102],
    ["'single'", -102],
    ['"open', -102],
    ['"a"b', -102],
    ['"a""', -102],
    ["#", -161],
    ["#0", -161],
    ["#12a", -161],
    ["#1", -161],
    ["#2-1", -161],
    ["#1 ", -161],
    ["#31e1aaaaaaaaaa", -161],
    ["#H10", -161],
    ["#13abcd", -102],
  ])("%j is fault %i", (text, fault) => expect(faultNumber(() => elementsOf(text))).toBe(fault));

  test("come back from their encoding", () => {
    const element = fc.oneof(
      fc
        .double({ noDefaultInfinity: true, noNaN: true })
        .filter((value) => !Object.is(value, -0))
        .map(number),
      fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/).map(word),
      fc.string({ unit: fc.constantFrom(...'ab"#,; \xff'), maxLength: 12 }).map(string),
      fc.uint8Array({ maxLength: 64 }).map(block),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 10 }), (elements) => {
        expect(parseElements(encodeElements(elements))).toEqual(elements);
        const units = parseProgramMessage(encodeUnit("ARRay:TRAin?", elements));
        expect(units).toEqual([{ header: "ARRAY:TRAIN?", parameters: elements }]);
      }),
      { numRuns: 500 },
    );
  });

  test("end in a value or a typed fault for any bytes", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."#\"',;:*?-+.eE019aZ \xff\x00"), maxLength: 30 }),
        (text) => {
          faultNumber(() => headersOf(text));
          faultNumber(() => elementsOf(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("an error sets the event bit of its class", () => {
  const bits = [0, -102, -199, -200, -222, -310, -350, -363, -410, 1001].map(eventBitOf);
  expect(bits).toEqual([0, 32, 32, 16, 16, 8, 8, 8, 4, 8]);
});

test("printable text has nothing that a terminal acts on", () => {
  expect(printable("a\x1b[2J\n\xe9")).toBe("a·[2J··");
  expect(printable("x".repeat(100)).length).toBe(60);
  expect(printable("x".repeat(100), 72).length).toBe(72);
});
