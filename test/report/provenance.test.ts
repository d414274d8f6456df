/** What the report says of links, methods and compensations. */

import { expect, test } from "vitest";
import { counterNames } from "../../firmware-protocol/link/counters.ts";
import { flattened } from "../../src/report/flattened.ts";
import { faults, linkMarkup } from "../../src/report/sections/link.ts";
import { compensationParts, inferenceFacts, leavesText } from "../../src/report/sections/methods.ts";
import { converterText } from "../../src/report/sections/provenance.ts";
import { resultId, runId } from "../../src/store/identity.ts";
import type { StoredResult } from "../../src/store/results.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

function withStore<T>(work: (store: Store) => T): T {
  const store = openStore(freshPath(), { mode: "create" });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

test("the counters of every run that used the link are folded away, beside each other", () => {
  const text = withStore((store) => {
    const counters = { dataSent: 120, retransmitted: 0, badCrc: 0 };
    store.runs.keepLink(beginRun(store, "program", 0), { terms: { payloadBytes: 512 }, counters });
    const read = beginRun(store, "read", 1);
    store.runs.keepLink(read, { counters: { dataSent: 7 } });
    store.runs.keepLink(read, { counters: { dataSent: 8 } });
    return linkMarkup(store).text;
  });
  expect(text).toMatch(/^<details><summary>The reliable link</);
  expect(text).toMatch(/run 1, program.*run 2, read/s);
  expect(text).toMatch(/terms, payload bytes.*512.*–/s);
  expect(text).toMatch(/data sent.*120.*>8</s);
  expect(text).toContain("bad crc");
});

test("a sentence says which run's link lost or repeated frames, and how many", () => {
  const text = withStore((store) => {
    store.runs.keepLink(beginRun(store, "program", 0), { counters: { retransmitted: 1234, badCrc: 2 } });
    store.runs.keepLink(beginRun(store, "read", 1), { counters: { retransmitted: 0, duplicates: 3 } });
    return linkMarkup(store).text;
  });
  const [sentence] = text.split("<details>");
  expect(sentence).toContain("run 1, program: 1,234 retransmitted, 2 bad crc.");
});

test("what counts as a loss are counters that the link has", () => {
  expect(faults.filter((name) => !counterNames.some((known) => known === name))).toEqual([]);
});

test("bit lines whose converter cannot be trusted are named, the first ten of them", () => {
  const length = 16;
  const columns = Float64Array.from({ length }, (_, column) => 1e-7 + column * 1e-9);
  const readBy = (failed: number) =>
    converterText({
      name: "calibration 1",
      siemensPerCode: columns,
      offsetCodes: new Float64Array(length),
      success: Uint8Array.from({ length }, (_, column) => (column < failed ? 0 : 1)),
    });
  expect(readBy(0)).toMatch(/each of 16 bit lines; on bit line 0/);
  expect(readBy(2)).toMatch(/16 bit lines, 2 of them not to be trusted: 0, 1; on bit line 2/);
  expect(readBy(12)).toContain("12 of them not to be trusted: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 ...");
});

test("a store whose commands used no link says nothing of it", () => {
  expect(withStore((store) => linkMarkup(store).text)).toBe("");
});

test("plain JSON becomes values by their paths, with units and without the digits of binary fractions", () => {
  const value = {
    reset: { amperes: 0.00045 },
    steps: [{ widthSeconds: 1e-6 }],
    mean: [0.1 + 0.2, 1],
    none: null,
  };
  expect(flattened(value)).toEqual([
    ["reset, amperes", 0.00045],
    ["steps, 1, width (s)", 1e-6],
    ["mean", "0.3, 1"],
  ]);
  expect(leavesText({ bias: "array", scale: { percent: 0.1 + 0.2 } })).toBe("bias array; scale percent 0.3");
});

const result = (id: number, ageSeconds: number | null, details: object): StoredResult => ({
  ...{ id: resultId(id), run: runId(1), ageSeconds, compensation: ageSeconds === null ? "digital" : "gdc" },
  ...{ images: 10, correct: 9, interval: { low: 0.5, high: 1 }, details: { ...details } },
});

test("what results have in common is said once, and factors have a table", () => {
  const common = { images: { file: "t.gz" }, seed: 1 };
  const results = [
    result(1, null, common),
    result(2, 25, { ...common, alphas: [1.01, 1.02], cost: { mvms: 4, images: 0 } }),
    result(3, 3600, { ...common, alphas: [1.11, 1.3], cost: { mvms: 4, images: 0 } }),
  ];
  expect(inferenceFacts(results)).toEqual([["inference", "images file t.gz; seed 1"]]);
  const [table] = compensationParts(results);
  expect(table?.text).toMatch(/1\.11.*1\.30?.*1\.11 1\.3</s);
  expect(compensationParts(results.slice(0, 1))).toEqual([]);
});
