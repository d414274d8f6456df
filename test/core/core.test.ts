import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  concatBytes,
  gathered,
  int16FromLittleEndian,
  littleEndianBytes,
  packBits,
  scattered,
  uint16FromLittleEndian,
  unpackBits,
} from "../../src/core/bytes.ts";
import { allEnded, mapBounded } from "../../src/core/concurrency.ts";
import { keyedBits, seededPrng } from "../../src/core/prng.ts";
import { formatDuration, parseDurations, parseQuantity } from "../../src/core/units.ts";

const seed = 20200518;

describe("quantities", () => {
  test.each([
    ["25uS", "S", 25e-6],
    ["25 µS", "S", 25e-6],
    ["0.2V", "V", 0.2],
    ["300mV", "V", 0.3],
    ["400uA", "A", 400e-6],
    ["50ns", "s", 50e-9],
    ["1h", "s", 3600],
    ["1d", "s", 86_400],
    ["1.5min", "s", 90],
    ["2e3s", "s", 2000],
  ] as const)("%s in %s is %d", (text, unit, value) => {
    expect(parseQuantity(text, unit)).toBeCloseTo(value, 12);
  });

  test.each([
    ["25", "S"],
    ["", "s"],
    ["1 hour", "s"],
    ["1d", "V"],
    ["uS", "S"],
    ["1,5s", "s"],
  ] as const)("%s in %s is refused", (text, unit) => {
    expect(() => parseQuantity(text, unit)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("a list of times, and times for people", () => {
    expect(parseDurations("25s,1h,1d")).toEqual([25, 3600, 86_400]);
    expect([25, 3600, 86_400, 5e-8, 90, 0].map(formatDuration)).toEqual([
      "25 s",
      "1 h",
      "1 d",
      "50 ns",
      "1.5 min",
      "0 s",
    ]);
  });
});

describe("bytes", () => {
  test("bits and sparse values come back as they went", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1 }), (flags) => {
        expect(unpackBits(packBits(flags), flags.length)).toEqual(flags);
      }),
      { seed },
    );
    fc.assert(
      fc.property(fc.uint16Array(), (values) => {
        const mask = Uint8Array.from(values, (value) => Math.min(1, value));
        expect(scattered(gathered(values), mask)).toEqual(values);
        expect(uint16FromLittleEndian(littleEndianBytes(values))).toEqual(values);
      }),
      { seed },
    );
  });

  test("values are little-endian and need no alignment", () => {
    const bytes = concatBytes([Uint8Array.of(9), littleEndianBytes(Uint16Array.of(0x1234))]);
    expect([...bytes]).toEqual([9, 0x34, 0x12]);
    expect([...uint16FromLittleEndian(bytes.subarray(1))]).toEqual([0x1234]);
    expect(() => uint16FromLittleEndian(bytes)).toThrow(RangeError);
  });

  test("signed values are in two's complement", () => {
    const bytes = littleEndianBytes(Int16Array.of(-2, -32_768, 32_767));
    expect([...bytes]).toEqual([0xfe, 0xff, 0x00, 0x80, 0xff, 0x7f]);
    expect([...int16FromLittleEndian(bytes)]).toEqual([-2, -32_768, 32_767]);
    expect([...littleEndianBytes(Int8Array.of(-1, -128))]).toEqual([0xff, 0x80]);
  });
});

describe("random numbers", () => {
  test("equal seeds give equal streams, other seeds others, with the moments of a normal", () => {
    const [a, b, c] = [seededPrng(seed), seededPrng(seed), seededPrng(seed + 1)];
    const draws = Array.from({ length: 20_000 }, () => a.normal());
    expect(Array.from({ length: 20_000 }, () => b.normal())).toEqual(draws);
    expect(c.normal()).not.toBe(draws[0]);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  test("a keyed draw changes half of its bits with any of its keys", () => {
    const flips = [0, 1, 2].map((which) => {
      let bits = 0;
      for (let n = 0; n < 1000; n++) {
        const keys = [7, n, 3] as [number, number, number];
        const before = keyedBits(...keys);
        keys[which] = keys[which]! + 1;
        bits += ((before ^ keyedBits(...keys)) >>> 0).toString(2).replaceAll("0", "").length;
      }
      return bits / 1000;
    });
    for (const mean of flips) expect(Math.abs(mean - 16)).toBeLessThan(1);
  });
});

describe("bounded overlap", () => {
  test("keeps order, keeps the bound, and starts nothing after a failure", async () => {
    let under = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      if (item === 5) throw new RangeError("five");
      return item * 2;
    };
    expect(await mapBounded([1, 2, 3, 4], 2, work)).toEqual([2, 4, 6, 8]);
    expect(most).toBe(2);
    const started: number[] = [];
    const failing = mapBounded([4, 5, 6, 7, 8, 9], 1, (item) => {
      started.push(item);
      return work(item);
    });
    await expect(failing).rejects.toThrow("five");
    expect(started).toEqual([4, 5]);
  });

  test("an item may be undefined, and gets its own place", async () => {
    const given = [undefined, 1, undefined];
    expect(await mapBounded(given, 2, async (item, index) => [item, index])).toEqual([
      [undefined, 0],
      [1, 1],
      [undefined, 2],
    ]);
  });

  test("waiting for all tells the first failure only when the last one has ended", async () => {
    let ended = false;
    const slow = (async () => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      ended = true;
    })();
    await expect(allEnded([Promise.reject(new RangeError("first")), slow])).rejects.toThrow("first");
    expect(ended).toBe(true);
  });
});
