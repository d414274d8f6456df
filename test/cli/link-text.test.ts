import { expect, test } from "vitest";
import { zeroCounters } from "../../firmware-protocol/link/counters.ts";
import { linkLines, useLines } from "../../src/cli/actions/link-text.ts";

const terms = { version: 1, payloadBytes: 1024, windowFrames: 16 };

test("a link is told by its terms, its round trip, what it repaired, and the counters that are not zero", () => {
  const counters = { ...zeroCounters(), retransmitted: 3, duplicates: 1 };
  const lines = linkLines({ terms, sessions: 2, roundTripSeconds: 0.00123, counters });
  expect(lines).toEqual([
    "link        version 1, payload up to 1024 bytes, window 16 frames (16 KiB under way)",
    "sessions    2",
    "frames      1.23 ms from a frame to its acknowledgement",
    "repaired    3 frames sent again, 0 came damaged, 1 came twice",
    expect.stringMatching(/^ {2}retransmitted +3$/),
    expect.stringMatching(/^ {2}duplicates +1$/),
  ]);
});

test("a round trip that nothing measured is said to be so", () => {
  const report = { terms, sessions: 1, roundTripSeconds: null, counters: zeroCounters() };
  expect(linkLines(report)[2]).toMatch(/^frames +time not measured/);
});

test("what the line carried is the quickest answer and a rate", () => {
  const use = { queries: 40, shortestQuerySeconds: 0.0004, regions: 2, bytes: 8192, bytesPerSecond: 90_000 };
  expect(useLines(use)).toEqual([
    expect.stringMatching(/^round trip {2}0\.40 ms: the quickest of 40 queries/),
    "read        2 regions at 90.0 kB/s",
  ]);
});
