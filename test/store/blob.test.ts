import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertChecksum, blobOf, checksum, float32From, uint16From } from "../../src/store/blob.ts";
import { labErrorOf } from "./failure.ts";

describe("typed arrays as BLOBs", () => {
  test("are little-endian whatever the machine is", () => {
    expect([...blobOf(Uint16Array.of(0x1234))]).toEqual([0x34, 0x12]);
    expect([...blobOf(Float32Array.of(1))]).toEqual([0, 0, 0x80, 0x3f]);
  });

  test("come back from any offset of a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint16Array({ maxLength: 40 }), fc.nat(9), (values, offset) => {
        const larger = Buffer.alloc(offset + values.byteLength + 3, 0xee);
        larger.set(blobOf(values), offset);
        expect(uint16From(larger.subarray(offset, offset + values.byteLength))).toEqual(values);
      }),
    );
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 40 }), fc.nat(9), (values, offset) => {
        const larger = Buffer.alloc(offset + values.byteLength + 3, 0xee);
        larger.set(blobOf(values), offset);
        expect(float32From(larger.subarray(offset, offset + values.byteLength))).toEqual(values);
      }),
    );
  });

  test("a view of part of an array stores that part only", () => {
    const whole = Uint16Array.of(1, 2, 3, 4);
    expect(uint16From(blobOf(whole.subarray(1, 3)))).toEqual(Uint16Array.of(2, 3));
  });

  test("a broken element is refused", () => {
    expect(labErrorOf(() => uint16From(new Uint8Array(3))).code).toBe("STORE");
  });
});

describe("the checksum", () => {
  test("is the CRC-32 of zlib (check value of the catalogue: CBF43926)", () => {
    expect(checksum(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(checksum(new TextEncoder().encode("1234"), new TextEncoder().encode("56789"))).toBe(0xcbf43926);
  });

  test("notices every flipped bit", () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index * 7);
    const expected = checksum(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => assertChecksum("it", expected, flipped)).toThrow("it is damaged");
    }
  });
});
