import { beforeEach, describe, expect, test } from "vitest";
import { block, encodeElements } from "../../firmware-protocol/scpi/element.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { littleEndianBytes, packBits, textOfBytes } from "../../src/core/bytes.ts";
import { askOn, type Bench, benchOf } from "./bench.ts";
import { exampleDescriptor, fakeArray } from "./fake-array.ts";

const blockText = (bytes: Uint8Array): string => textOfBytes(encodeElements([block(bytes)]));

/** The text of a pulse for the cells of a region, one code each. */
const pulse = (id: number, region: string, codes: readonly number[], width = 1000, trailing = 0): string => {
  const mask = packBits(Uint8Array.from(codes, (code) => (code === 0 ? 0 : 1)));
  const chosen = littleEndianBytes(Uint16Array.from(codes.filter((code) => code !== 0)));
  return `ARR:PULS? ${id},${region},${width},${trailing},${blockText(mask)},${blockText(chosen)}`;
};
const train = (id: number, region: string, mask: readonly number[], steps: string): string =>
  `ARR:TRA? ${id},${region},${blockText(packBits(Uint8Array.from(mask)))},${steps}`;

let bench: Bench;
beforeEach(() => {
  bench = benchOf();
});

describe("a pulse for each cell", () => {
  test("reaches the array cell by cell, in SI units, and takes chip time", () => {
    expect(bench.ask(pulse(1, "0,1,2,2,2", [2100, 0, 10, 3276], 1000, 100))).toBe("0,1,3,0,0.003");
    const [applied] = bench.array.trains;
    expect(applied?.region).toEqual({ array: 0, row: 1, column: 2, rows: 2, columns: 2 });
    expect(applied?.train).toEqual({
      kind: "per-cell",
      shape: { widthSeconds: expect.closeTo(1e-6, 15), trailingSeconds: expect.closeTo(1e-7, 15) },
      amplitudeCodes: Uint16Array.of(2100, 0, 10, 3276),
    });
    expect(bench.ask("CHIP:TIME?")).toBe("0,0.003");
  });

  test("may have any byte value in its codes", () => {
    for (const [n, code] of [0x0a0a, 0x0a0d, 0x0d22, 0x0023, 0x003b].entries()) {
      expect(bench.ask(pulse(n + 1, "0,0,0,1,1", [code]))).toMatch(code <= 3276 ? /^0,/ : /^-222,/);
    }
  });
});

describe("a shared train", () => {
  test("reaches the array with its steps and its mask", () => {
    expect(bench.ask(train(4, "0,0,0,2,2", [1, 0, 0, 1], "3276,400,0,1065,1000,3000"))).toBe("0,4,4,0,0.004");
    expect(bench.array.trains[0]?.train).toMatchObject({
      kind: "shared",
      mask: Uint8Array.of(1, 0, 0, 1),
      steps: [{ amplitudeCode: 3276 }, { amplitudeCode: 1065 }],
    });
  });
});

describe("what is outside the limits", () => {
  const one = "0,0,0,1,1";
  test.each<[string, string, number]>([
    ["a code of more than the largest current", pulse(1, "0,0,0,1,2", [100, 3277]), -222],
    ["a code of more than the DAC has", pulse(1, one, [4096]), -222],
    ["a pulse too short", pulse(1, one, [100], 9), -222],
    ["a pulse too long", pulse(1, one, [100], 10_001), -222],
    ["a trailing edge too long", pulse(1, one, [100], 1000, 10_001), -222],
    ["a region beyond the array", pulse(1, "0,3,3,1,2", [100, 100]), -222],
    ["an array that is not there", pulse(1, "1,0,0,1,1", [100]), -222],
    ["operation id 0", pulse(0, one, [100]), -222],
    ["an operation id beyond 2^53", pulse(2 ** 53, one, [100]), -222],
    ["a fraction of a nanosecond", pulse(1, one, [100], 1000.5), -104],
    ["a word for a number", `ARR:PULS? ONE,${one},1000,0,#11\x01,#12ab`, -104],
    ["a mask of another length", `ARR:PULS? 1,${one},1000,0,#12\x01\x00,#12ab`, -161],
    ["fewer codes than chosen cells", `ARR:PULS? 1,${one},1000,0,#11\x01,#10`, -161],
    ["a parameter too many", `${pulse(1, one, [100])},1`, -108],
    ["no codes at all", `ARR:PULS? 1,${one},1000,0,#11\x01`, -109],
    ["code 0 for a chosen cell", `ARR:PULS? 1,${one},1000,0,#11\x01,#12\x00\x00`, -222],
    [
      "a train with more steps than the board has",
      train(1, one, [1], new Array(9).fill("100,50,0").join()),
      -222,
    ],
    [
      "a train with more steps than the protocol has",
      train(1, one, [1], new Array(65).fill("100,50,0").join()),
      -223,
    ],
    ["a train whose last step is wrong", train(1, one, [1], "100,50,0,100,50,10001"), -222],
    ["a train without steps", `ARR:TRA? 1,${one},#11\x01`, -109],
    ["a train with half a step", train(1, one, [1], "100,50"), -109],
  ])("%s is refused in the reply and in the queue, and nothing happens", (_, message, error) => {
    expect(bench.ask(message)).toMatch(new RegExp(`^${error},"[^"]+"$`));
    expect(bench.errors()).toEqual([error]);
    expect(bench.array.trains).toEqual([]);
    expect(bench.ask("SYST:OPER:LAST?;:CHIP:TIME?")).toBe("0,1,0;0,0");
  });

  test("leaves the devices of a real array as they were", () => {
    const array = createCrossbar(builtinProfile("tiny"), 1);
    const line = new Firmware(array, 1).openLine();
    const row = { array: 0, row: 0, column: 0, rows: 1, columns: 64 };
    const truth = array.conductances(row, 0);
    const codes = new Array(64).fill(2000);
    expect(askOn(line, pulse(1, "0,0,0,1,64", [...codes.slice(1), 4096]))).toMatch(/^-222,/);
    expect(array.pulseCounts(row)).toEqual(new Uint32Array(64));
    expect(array.conductances(row, 0)).toEqual(truth);
    expect(askOn(line, pulse(1, "0,0,0,1,64", codes))).toMatch(/^0,1,64,/);
    expect(array.pulseCounts(row)).toEqual(new Uint32Array(64).fill(1));
  });
});

describe("an operation id", () => {
  const cell = "0,0,0,1,1";

  test("that comes again is answered from the record, without a second pulse", () => {
    const first = bench.ask(pulse(7, cell, [100]));
    expect(bench.ask(pulse(7, cell, [100]))).toBe(first);
    expect(askOn(bench.line, `${pulse(7, cell, [100])}\r`)).toBe(first);
    expect(bench.array.trains.length).toBe(1);
    expect(bench.ask("CHIP:TIME?")).toBe("0,0.001");
    expect(bench.errors()).toEqual([]);
  });

  test("that comes again in another message is refused with 1001, and the record stays", () => {
    const first = bench.ask(pulse(7, cell, [100]));
    for (const other of [
      pulse(7, cell, [101]),
      pulse(7, "0,0,1,1,1", [100]),
      train(7, cell, [1], "200,50,0"),
    ])
      expect(bench.ask(other)).toMatch(/^1001,"Operation id already used;operation id 7 was that of another/);
    expect(bench.ask(pulse(7, cell, [100]))).toBe(first);
    expect(bench.array.trains.length).toBe(1);
    expect(bench.errors()).toEqual([1001, 1001, 1001]);
  });

  test("that comes again after a reset, a clear and over another line is still answered from the record", () => {
    const first = bench.ask(pulse(7, cell, [100]));
    bench.ask("*RST;*CLS");
    expect(askOn(bench.firmware.openLine(), pulse(7, cell, [100]))).toBe(first);
    expect(bench.array.trains.length).toBe(1);
  });

  test("smaller than the last one is refused with 1001", () => {
    bench.ask(pulse(7, cell, [100]));
    expect(bench.ask(pulse(6, cell, [100]))).toMatch(/^1001,"Operation id already used;/);
    expect(bench.array.trains.length).toBe(1);
    expect(bench.errors()).toEqual([1001]);
    expect(bench.ask("SYST:OPER:LAST?")).toBe("0,1,7");
  });

  test("that was refused stays free", () => {
    expect(bench.ask(pulse(7, cell, [4000]))).toMatch(/^-222,/);
    expect(bench.ask("SYST:OPER:LAST?")).toBe("0,1,0");
    expect(bench.ask(pulse(7, cell, [100]))).toMatch(/^0,7,1,/);
  });

  test("need not follow the last one, and the boot id says when counting began anew", () => {
    bench.ask(pulse(7, cell, [100]));
    expect(bench.ask(pulse(9_007_199_254_740_991, cell, [100]))).toMatch(/^0,9007199254740991,1,/);
    const rebooted = benchOf(bench.array, 2);
    expect(rebooted.ask("SYST:OPER:LAST?")).toBe("0,2,0");
    expect(rebooted.ask(pulse(1, cell, [100]))).toMatch(/^0,1,1,/);
  });
});

test("a pulse for every cell of the largest request fits into a message", () => {
  const array = fakeArray({
    ...exampleDescriptor,
    arrays: [{ name: "A", rows: 64, columns: 1024 }],
    maxCellsPerRequest: 65_536,
  });
  const { ask } = benchOf(array);
  expect(ask(pulse(1, "0,0,0,64,1024", new Array(65_536).fill(100)))).toMatch(/^0,1,65536,/);
});
