import fc from "fast-check";
import { expect, test } from "vitest";
import { patched, patchOf } from "../../src/store/patch.ts";

const pair = fc
  .tuple(fc.uint8Array({ maxLength: 200 }), fc.array(fc.tuple(fc.nat(199), fc.nat(255)), { maxLength: 20 }))
  .map(([before, changes]) => {
    const after = before.slice();
    for (const [at, value] of changes) if (at < after.length) after[at] = value;
    return { before, after };
  });

test("a patch makes the new bytes of the old ones", () => {
  fc.assert(
    fc.property(pair, ({ before, after }) => {
      expect(patched(before, patchOf([before], [after]))).toEqual(after);
    }),
  );
});

test("a patch of pieces is one of the string that they make", () => {
  const split = fc.tuple(pair, fc.nat(200)).map(([{ before, after }, at]) => ({
    whole: { before, after },
    pieces: [before, after].map((bytes) => [bytes.subarray(0, at), bytes.subarray(at)]),
  }));
  fc.assert(
    fc.property(split, ({ whole: { before, after }, pieces: [old = [], fresh = []] }) => {
      expect(patched(before, patchOf(old, fresh))).toEqual(after);
    }),
  );
});

test("a view in the middle of a buffer is compared at its own place", () => {
  const buffer = Uint8Array.from({ length: 64 }, (_, n) => n);
  const before = buffer.subarray(3, 43);
  const after = before.slice();
  after[17] = 255;
  const patch = patchOf([before], [after]);
  expect(patch).toEqual(Uint8Array.of(17, 0, 0, 0, 1, 0, 0, 0, 255));
  expect(patched(before, patch)).toEqual(after);
});

test("equal bytes need no patch, and far changes a run each", () => {
  const before = new Uint8Array(1000);
  expect(patchOf([before], [before]).length).toBe(0);
  const after = before.slice();
  after[0] = after[500] = after[999] = 1;
  expect(patchOf([before], [after]).length).toBe(27);
});

test("what is no patch of these bytes is refused", () => {
  const before = new Uint8Array(10);
  expect(() => patchOf([before], [new Uint8Array(11)])).toThrow(RangeError);
  expect(() => patched(before, Uint8Array.of(0, 0, 0, 0, 5, 0, 0, 0, 1))).toThrow(RangeError);
  expect(() => patched(before, Uint8Array.of(9, 0, 0, 0, 2, 0, 0, 0, 1, 1))).toThrow(RangeError);
  expect(() => patched(before, Uint8Array.of(9, 0))).toThrow(RangeError);
});
