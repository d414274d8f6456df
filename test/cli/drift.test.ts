/** `pcmlab drift` in process, on stores of a made-up experiment whose laws are those of FACTS 7.1. */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { drift } from "../../src/cli/actions/drift.ts";
import type { DriftArguments } from "../../src/cli/drift/request.ts";
import { subjectTable } from "../../src/cli/drift/table.ts";
import { renderReport } from "../../src/report/render.ts";
import { openStore } from "../../src/store/store.ts";
import { labErrorFrom } from "../store/failure.ts";
import { fillSynthetic, type LayerShape, smallNetwork } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { contextOf } from "./collecting-context.ts";

const ages = Array.from({ length: 16 }, (_, i) => Math.round(30 * (86_400 / 30) ** (i / 15)));

const made = new Map<string, Uint8Array>();

/** A store of the test's own; each experiment is made up once. */
function storeOf(read: readonly number[], shapes = smallNetwork): string {
  const key = JSON.stringify([read, shapes]);
  const bytes = made.get(key) ?? filledStore(read, shapes);
  made.set(key, bytes);
  const path = freshPath();
  writeFileSync(path, bytes);
  return path;
}

function filledStore(read: readonly number[], shapes: readonly LayerShape[]): Uint8Array {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store, { ages: read, shapes, withResults: false });
  store.close();
  return readFileSync(path);
}

const defaults = { model: "auto", from: "20s", reference: "25s" } as const;

async function run(args: Partial<DriftArguments> & { store: string }, json = false) {
  const { context, out, said } = contextOf("drift", json);
  await drift({ ...defaults, ...args }, context);
  return { text: out.join(""), said: said.join("") };
}

const documentSchema = z.object({
  subjects: z.array(z.object({ name: z.string(), reads: z.number(), devices: z.number() })),
  levels: z.array(
    z.object({
      targetSiemens: z.number(),
      model: z.string(),
      devices: z.number(),
      fitted: z.number(),
      nuMean: z.number().nullable(),
      nuMeanHalfWidth: z.number().nullable(),
      marked: z.object({ stuck: z.number() }),
    }),
  ),
});

describe("pcmlab drift", () => {
  test("finds the published exponents at every level, with the intervals of their means", async () => {
    const { text } = await run({ store: storeOf(ages) }, true);
    const { levels, subjects } = documentSchema.parse(JSON.parse(text));
    expect(subjects.map(({ name, reads }) => [name, reads])).toEqual([
      ["tile 1", 16],
      ["tile 2", 16],
      ["tile 3", 16],
    ]);
    expect(levels.map(({ targetSiemens }) => Math.round(targetSiemens * 1e7))).toEqual(
      Array.from({ length: 11 }, (_, i) => 25 * i),
    );
    // The made-up devices drift with (t + 20 s), by 20 s less of each age that a fit is told: about a twelfth less at the earliest.
    for (const { targetSiemens, nuMean, nuMeanHalfWidth, fitted } of levels.slice(3)) {
      expect(fitted).toBeGreaterThan(20);
      expect(Math.abs(nuMean! - 0.046), `${targetSiemens}`).toBeLessThan(2 * nuMeanHalfWidth! + 0.002);
    }
    expect(levels.reduce((sum, { marked }) => sum + marked.stuck, 0)).toBeGreaterThan(10);
  });

  test("stores what it found, newest last, as the report shows it", async () => {
    const whole = storeOf(ages);
    await run({ store: whole, model: "power" });
    const store = openStore(whole, { mode: "read" });
    const analysis = store.driftFits.latest()!;
    expect(analysis).toMatchObject({ referenceSeconds: 25, fromSeconds: 20, parameters: { model: "power" } });
    expect(store.runs.list().at(-1)).toMatchObject({ command: "drift", outcome: "completed" });
    const fits = store.driftFits.fits(analysis.id);
    expect(fits.map(({ reads, firstAgeSeconds }) => [reads, Math.round(firstAgeSeconds)])).toEqual(
      [0, 1, 2].map(() => [16, 30]),
    );
    const levels = store.driftFits.levels(analysis.id);
    expect(levels.every(({ fan, fitted }) => fitted === 0 || fan.length === 16)).toBe(true);
    const page = renderReport(store);
    expect(page).toContain('id="drift-fits"');
    expect(page).toContain("figure-drift-fits");
    store.close();
  });

  test("prints a line a level, and with --tile a line a tile", async () => {
    const whole = storeOf(ages);
    const byLevel = (await run({ store: whole })).text.trim().split("\n");
    expect(byLevel).toHaveLength(2 + 11 + 1);
    expect(byLevel.at(-1)).toMatch(/^0\.00 µS: most devices are at an end of the converter/);
    expect(byLevel[0]).toMatch(/^drift of 6,612 devices, 16 ages from 30 s to 1 d/);
    expect(byLevel[5]).toMatch(/7\.50 µS .*±.*power law/);
    const byTile = (await run({ store: whole, tile: true })).text.trim().split("\n");
    expect(byTile).toHaveLength(2 + 3);
    expect(byTile[2]).toContain("tile 1");
  });

  test("shows one device reading by reading, and stores nothing of it", async () => {
    const whole = storeOf(ages);
    const { text } = await run({ store: whole, device: "0,5,32" });
    expect(text).toMatch(/^array 0, row 5, column 32: tile 2, level /);
    expect(text).toMatch(/outliers +\d+ of 16 readings/);
    const after = openStore(whole, { mode: "read" });
    expect(after.driftFits.list()).toEqual([]);
    after.close();
  });

  test("of hundreds of ages the fits take some, even in ln t, and a device is shown with all", async () => {
    const many = Array.from({ length: 100 }, (_, i) => Math.round(30 * 1.07 ** i));
    const path = storeOf([...many, ...many.slice(80).map((age) => age + 7)], smallNetwork.slice(0, 1));
    const { text, said } = await run({ store: path, model: "power" }, true);
    expect(said).toContain("of more than 96 ages");
    const [tile] = documentSchema.parse(JSON.parse(text)).subjects;
    expect(tile!.reads).toBeGreaterThan(80);
    expect(tile!.reads).toBeLessThanOrEqual(97);
    const store = openStore(path, { mode: "read" });
    const [fit] = store.driftFits.fits(store.driftFits.latest()!.id);
    expect(fit).toMatchObject({ firstAgeSeconds: 30, lastAgeSeconds: many.at(-1)! + 7, reads: tile!.reads });
    store.close();
    expect((await run({ store: path, device: "0,5,12" })).text).toMatch(/outliers +\d+ of 120 readings/);
  });

  test.each(["floor", "two"] as const)("fits every level with '%s' when told to", async (model) => {
    const path = storeOf(ages);
    await run({ store: path, model });
    const store = openStore(path, { mode: "read" });
    const levels = store.driftFits.levels(store.driftFits.latest()!.id);
    expect(levels.every((level) => level.model === model)).toBe(true);
    expect(levels[6]!.thirdMean).not.toBeNaN();
    store.close();
  });
});

describe("what drift refuses", () => {
  const refusal = (args: Partial<DriftArguments> & { store: string }) =>
    labErrorFrom(drift({ ...defaults, ...args }, contextOf("drift", false).context));

  test("fewer ages than two exponents need", async () => {
    const failure = await refusal({ store: storeOf([30, 60, 600, 3600, 10_000]), model: "two" });
    expect(failure.message).toMatch(/needs readings at 7 ages/);
  });

  test("a store with two ages, naming them and the command that reads more", async () => {
    const failure = await refusal({ store: storeOf([30, 3600]) });
    expect(failure.code).toBe("STORE_CONTENT");
    expect(failure.message).toMatch(/needs readings at 3 ages.*holds 2 \(30 s, 1 h\) of tile 1/);
    expect(failure.next).toContain("pcmlab read");
  });

  test("ages that --from leaves out", async () => {
    const failure = await refusal({ store: storeOf(ages), from: "10h" });
    expect(failure.message).toMatch(/holds 2 .* of tile 1; what is younger than 10h does not count/);
  });

  test("a store without a programmed tile", async () => {
    const path = freshPath();
    openStore(path, { mode: "create" }).close();
    expect((await refusal({ store: path })).message).toMatch(/holds no programmed tile/);
  });

  test.each([
    [{ device: "0,5" }, "USAGE"],
    [{ device: "0,-5,1" }, "USAGE"],
    [{ device: "0,5,x" }, "USAGE"],
    [{ device: "3,5,5" }, "STORE_CONTENT"],
    [{ from: "0s" }, "USAGE"],
    [{ reference: "5 bananas" }, "USAGE"],
  ])("%j", async (args, code) => {
    expect((await refusal({ store: storeOf(ages), ...args })).code).toBe(code);
  });

  test("to go on once the user wants to stop; then none of the fits is stored", async () => {
    const path = storeOf(ages);
    const { context } = contextOf("drift", false, AbortSignal.abort());
    const failure = await labErrorFrom(drift({ ...defaults, store: path }, context));
    expect(failure.code).toBe("INTERRUPTED");
    const store = openStore(path, { mode: "read" });
    expect(store.driftFits.list()).toEqual([]);
    expect(store.runs.list().at(-1)).toMatchObject({ command: "drift", outcome: "interrupted" });
    store.close();
  });
});

test("a level of one device has an exponent without an interval", () => {
  const moments = { nuMean: 0.05, nuMeanHalfWidth: Number.NaN, nuSpread: Number.NaN, nuError: 0.01 };
  const marked = { outlier: 0, stuck: 0, saturated: 0, dead: 0, censored: 0, unfitted: 0 };
  const size = { siemensMean: 5e-6, siemensSpread: Number.NaN, noise: 0.01, thirdMean: Number.NaN };
  const summary = { devices: 1, fitted: 1, marked, ...moments, ...size, outlierReadings: 0 };
  const table = subjectTable([{ name: "tile 1", reads: 5, summary }]);
  expect(table).toContain("0.05000 -");
  expect(table).not.toContain("NaN");
});
