import { expect, test } from "vitest";
import { every, parseTimes } from "../../src/campaign/times.ts";
import { labErrorOf } from "../store/failure.ts";

test("a range is even on the logarithmic axis, with both its ends", () => {
  const times = parseTimes("1s..1000s/2");
  expect(times).toHaveLength(7);
  times.forEach((time, n) => {
    expect(time).toBeCloseTo(10 ** (n / 2), 9);
  });
});

test("a last step may be shorter than the others, and is never doubled", () => {
  expect(parseTimes("10s..500s/1")).toEqual([10, 100, 500]);
  expect(parseTimes("1min..10min/1")).toEqual([60, 600]);
});

test("lists and ranges mix, in their order and each time once", () => {
  expect(parseTimes("1h,25s,10s..100s/1,100s")).toEqual([10, 25, 100, 3600]);
});

test.each(["1min..30d", "10s..5s/3", "0s..5s/3", "1s..2s/0", "1s..2s/x", "-5s", "soon", "1m", "1ns..9y/999"])(
  "%s is refused with what to write instead",
  (text) => {
    const failure = labErrorOf(() => parseTimes(text));
    expect(failure.code).toBe("USAGE");
    expect(failure.next).toBeDefined();
  },
);

test("every so often begins at once and has its end", () => {
  expect(every(600, 3600)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
  expect(labErrorOf(() => every(0, 10)).code).toBe("USAGE");
  expect(labErrorOf(() => every(1e-3, 86_400)).code).toBe("USAGE");
});
