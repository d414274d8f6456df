import { expect, test } from "vitest";
import { expOf, logOf } from "../../mocks/device/fast-math.ts";

test("exp is the library's to 1e-11, and the library's itself outside its table", () => {
  for (let x = -32; x < 32; x += 0.000_717) expect(Math.abs(expOf(x) / Math.exp(x) - 1)).toBeLessThan(1e-11);
  for (const x of [-1000, -32.1, 32, 800, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(expOf(x)).toBe(Math.exp(x));
  expect(expOf(Number.NaN)).toBeNaN();
});

test("log is the library's to 1e-13 over all normal numbers, and the library's itself elsewhere", () => {
  for (let x = 1e-300; x < 1e300; x *= 1.000_71 ** 20)
    expect(Math.abs(logOf(x) - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, Math.abs(Math.log(x))));
  for (let x = 0.5; x < 2; x += 0.000_071) expect(Math.abs(logOf(x) - Math.log(x))).toBeLessThan(1e-13);
  for (const x of [0, -0, 5e-324, Number.POSITIVE_INFINITY]) expect(logOf(x)).toBe(Math.log(x));
  for (const x of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) expect(logOf(x)).toBeNaN();
});
