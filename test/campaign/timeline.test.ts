import { expect, test } from "vitest";
import { longestBetween } from "../../src/campaign/impediments.ts";
import { anchored, anchorOf, bootAt, firstBoot, withoutBoard } from "../../src/campaign/timeline.ts";
import type { ClockKind } from "../../src/chip/clock-kind.ts";

const silicon: ClockKind = { kind: "real", factor: 1, offTime: "passes" };
const look = (bootId: number, chipSeconds: number, wallSeconds: number) => ({
  bootId,
  chipSeconds,
  wallSeconds,
  uncertaintySeconds: 0,
});
const first = firstBoot(look(1, 500, 1000));

test("the chip clock of the power-up in which a campaign is planned is its timeline", () => {
  expect(anchored(first, { ...look(1, 700, 1200) }).anchorSeconds).toBe(700);
});

test("after a power-up the timeline goes on by the host's clock", () => {
  const before = anchored(first, look(1, 600, 1100));
  const boot = bootAt(before, anchorOf(before), look(2, 5, 1400), silicon);
  // 300 s passed on the host since the timeline was at 600 s.
  expect(boot.anchorSeconds).toBeCloseTo(900, 9);
  expect(boot.offsetSeconds).toBeCloseTo(895, 9);
  expect(boot.knownBy).toBe("wall");
  // A second for a wall clock that may have been set, and 100 ppm of 300 s.
  expect(boot.uncertaintySeconds).toBeCloseTo(1.03, 6);
});

test("a wall clock that went back over the gap leaves only a lower bound", () => {
  const boot = bootAt(first, anchorOf(first), look(2, 50, 900), silicon);
  expect(boot.uncertaintySeconds).toBeNull();
  // The board has had its power for 50 s.
  expect(boot.anchorSeconds).toBeGreaterThanOrEqual(550);
});

test("a clock that stands while the board is off needs no host", () => {
  const boot = bootAt(first, anchorOf(first), look(2, 510, 99_999), { ...silicon, offTime: "stands" });
  expect(boot).toMatchObject({ bootId: 2, offsetSeconds: 0, knownBy: "chip", uncertaintySeconds: 0 });
});

test("while nobody can ask the board, a real clock goes on and a virtual one stands", () => {
  const clock = { monotonicSeconds: () => 30, wallSeconds: () => 1010 };
  const anchor = { ...look(1, 500, 1000), monotonic: { epoch: "a", seconds: 10 } };
  expect(withoutBoard(first, anchor, silicon, clock)).toBe(520);
  expect(withoutBoard(first, anchorOf(first), silicon, clock)).toBe(510);
  expect(withoutBoard(first, anchor, { ...silicon, kind: "virtual" }, clock)).toBe(500);
});

test("the reason of a miss is what lasted longest between its time and the next", () => {
  const impediments = [
    { fromSeconds: 0, untilSeconds: 12, reason: "a" },
    { fromSeconds: 12, untilSeconds: 20, reason: "b" },
    { fromSeconds: 30, untilSeconds: Number.POSITIVE_INFINITY, reason: "c" },
  ];
  expect(longestBetween(impediments, 10, 20)).toBe("b");
  expect(longestBetween(impediments, 0, 20)).toBe("a");
  expect(longestBetween(impediments, 20, 30)).toBeUndefined();
  expect(longestBetween(impediments, 29, 35)).toBe("c");
});
