/** The parts of `pcmlab compare-programming` that decide: which algorithms, which cells, what is due, what counts as error. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Agenda } from "../../src/cli/agenda.ts";
import { announced, chosenAreas } from "../../src/cli/comparison/announcement.ts";
import { parseArea, shareOut } from "../../src/cli/comparison/areas.ts";
import { parseContestants } from "../../src/cli/comparison/contestants.ts";
import { type CourseOptions, courseOn } from "../../src/cli/comparison/course.ts";
import { levelPattern, patternShape } from "../../src/cli/comparison/level-pattern.ts";
import { Meter } from "../../src/cli/comparison/metered-chip.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { productErrors, relativeError } from "../../src/inference/product-errors.ts";
import { publishedError } from "../../src/report/statistics/programming-comparison.ts";
import { numericalChip } from "../chip/numerical-chip.ts";
import { openEmulator } from "../physics/lab.ts";
import { labErrorOf } from "../store/failure.ts";

const chip = await openEmulator(builtinProfile("tiny"), 1);
const { descriptor } = chip;
/** Of a course without a network. */
const usual: Omit<CourseOptions, "perLevel"> = {
  ...{ gmaxSiemens: 25e-6, devicesPerWeight: 2, layout: "bit-lines", scale: { kind: "layer" } },
  ...{ layers: [], avoid: [], random: () => seededPrng(1) },
};

describe("the algorithms of a comparison", () => {
  test("are names, each perhaps with times of late verification, whose commas do not part them", () => {
    const contestants = parseContestants(
      "melt-quench, residual+late:20s,5s,residual+late:1h,partial-set+late",
    );
    expect(contestants.map(({ name, verifyAtSeconds }) => [name, verifyAtSeconds])).toEqual([
      ["melt-quench", []],
      ["residual+late:5s,20s", [5, 20]],
      ["residual+late:1h", [3600]],
      ["partial-set+late:5s,20s", [5, 20]],
    ]);
  });

  test.each([
    "",
    "melt-quench,",
    "5s",
    "melt-quench+late:",
    "melt-quench+late:soon",
    "residual+late,residual+late:5s,20s",
  ])('"%s" is refused', (text) => {
    expect(() => parseContestants(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

test("a pattern has every level equally often, of either sign, and equal seeds give equal patterns", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 8, max: 200 }), (perLevel, rows) => {
      const shape = patternShape(perLevel, { rows, columns: 400 });
      expect(shape.rows).toBeLessThanOrEqual(rows);
      const { weights } = levelPattern(shape, seededPrng(perLevel));
      expect(weights).toEqual(levelPattern(shape, seededPrng(perLevel)).weights);
      for (let level = 1; level <= 10; level++) {
        const own = weights.filter((weight) => Math.round(10 * Math.abs(weight)) === level);
        expect(own.length).toBeGreaterThanOrEqual(perLevel);
        const positive = own.filter((weight) => weight > 0).length;
        expect(Math.abs(2 * positive - own.length)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 40 },
  );
});

describe("the cells of a chip that may be pulsed", () => {
  const ledgerOf = (pulses: (row: number) => number) => ({
    path: "wear.db",
    pulsesOf: ({ row }: { readonly row: number }) => pulses(row),
  });

  test("one area is cut into bands, one for each algorithm; several are theirs as they are", () => {
    const area = parseArea("0:10-30:4-63", descriptor);
    expect(area).toEqual({ array: 0, row: 10, column: 4, rows: 21, columns: 60 });
    expect(shareOut([area], 2)).toEqual([
      { ...area, rows: 10 },
      { ...area, row: 20, rows: 10 },
    ]);
    const other = parseArea("0:0-3:0-63", descriptor);
    expect(shareOut([area, other], 2)).toEqual([area, other]);
  });

  test.each([
    [["0:0-3:0-3", "0:3-5:3-5"], "USAGE"],
    [["0:0-3:0-3", "0:4-5:0-3", "0:6-7:0-3"], "USAGE"],
    [["0:0-0:0-3"], "USAGE"],
    [["0:3-0:0-3"], "USAGE"],
    [["0:0-64:0-3"], "LIMIT"],
    [["1:0-3:0-3"], "LIMIT"],
    [["rows"], "USAGE"],
  ])("%j is refused with %s", (region, code) => {
    const choice = { region, contestants: 2 };
    const attempt = () =>
      chosenAreas(
        descriptor,
        ledgerOf(() => 1),
        [[0]],
        choice,
      );
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  test("without an area they are the longest run of word lines that the ledger knows no pulse of", () => {
    const used = ledgerOf((row) => (row === 5 || row >= 40 ? 3 : 0));
    expect(chosenAreas(descriptor, used, [[0]], { contestants: 2 })).toEqual([
      { array: 0, row: 6, column: 0, rows: 17, columns: 64 },
      { array: 0, row: 23, column: 0, rows: 17, columns: 64 },
    ]);
  });

  test("a ledger that knows nothing of the chip cannot say what is free, and a full chip has nothing", () => {
    for (const pulses of [0, 1])
      expect(() =>
        chosenAreas(
          descriptor,
          ledgerOf(() => pulses),
          [[0]],
          { contestants: 1 },
        ),
      ).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("a course stays inside its area, and the announcement names every cell of it that was pulsed before", () => {
    const area = parseArea("0:8-23:10-49", descriptor);
    const { tiles, pattern } = courseOn(descriptor, area, { ...usual, perLevel: 20 });
    const cells = tiles.reduce((sum, { region }) => sum + region.rows * region.columns, 0);
    expect(cells).toBe(2 * pattern.reduce((sum, { net }) => sum + net.length, 0));
    for (const { region } of tiles) {
      expect(region.row).toBeGreaterThanOrEqual(8);
      expect(region.row + region.rows).toBeLessThanOrEqual(24);
      expect(region.column).toBeGreaterThanOrEqual(10);
      expect(region.column + region.columns).toBeLessThanOrEqual(50);
    }
    const text = announced(
      descriptor,
      ledgerOf((row) => (row === 8 ? 7 : 0)),
      [{ name: "residual", tiles }],
    );
    expect(text).toContain(
      `${cells} cells, ${tiles[0]!.region.columns} of them pulsed before, up to 7 times`,
    );
  });
});

test("a pattern that does not fit names the number of weights that would", () => {
  const area = parseArea("0:8-23:10-49", descriptor);
  const course = (perLevel: number) => courseOn(descriptor, area, { ...usual, perLevel });
  const { code, next } = labErrorOf(() => course(1000));
  expect(code).toBe("DOES_NOT_FIT");
  const most = Number(/lower --per-level from 1000 to (\d+) or less/.exec(next ?? "")?.[1]);
  expect(course(most).weightsPerLevel).toBeGreaterThanOrEqual(most);
  expect(labErrorOf(() => course(most + 1)).code).toBe("DOES_NOT_FIT");
});

test("what is due is done in the order of time, and waited for only as long as asked", async () => {
  let now = 0;
  const chip = {
    now: async () => now,
    waitUntil: async (seconds: number) => {
      now = Math.max(now, seconds);
      return now;
    },
  };
  const done: string[] = [];
  const agenda = new Agenda(chip, new AbortController().signal);
  for (const [name, seconds] of [
    ["hour", 3600],
    ["late", 20],
    ["read", 20],
    ["soon", 5],
  ] as const)
    agenda.add(seconds, async () => void done.push(`${name} at ${now}`));
  await agenda.keepDue();
  expect(done).toEqual([]);
  now = 6;
  await agenda.keepDue();
  expect(done).toEqual(["soon at 6"]);
  await agenda.keepWithin(600);
  expect(done).toEqual(["soon at 6", "late at 20", "read at 20"]);
  await agenda.keepWithin(Number.POSITIVE_INFINITY);
  expect(done.at(-1)).toBe("hour at 3600");
});

test("errors of products leave out the gain and offset of each column, and nothing else", () => {
  const random = seededPrng(5);
  const columns = 3;
  const wanted = Float64Array.from({ length: 3000 }, () => random.normal());
  const scaled = wanted.map((value, n) => (2 + (n % columns)) * value - 7 * (n % columns));
  expect(relativeError([productErrors(wanted, scaled, columns)])).toBeLessThan(1e-6);
  const noisy = scaled.map((value, n) => value + 0.1 * (2 + (n % columns)) * random.normal());
  // The best scale shrinks noise of 0.1 by 1 / sqrt(1 + 0.1^2).
  const error = relativeError([productErrors(wanted, noisy, columns)]);
  expect(error / (0.1 / Math.sqrt(1.01))).toBeCloseTo(1, 1);
});

describe("the energy of the pulses", () => {
  const { program } = descriptor;
  const region = { array: 0, row: 0, column: 0, rows: 1, columns: 3 };
  const train = {
    kind: "per-cell" as const,
    shape: { widthSeconds: 1e-6, trailingSeconds: 2e-6 },
    amplitudeCodes: Uint16Array.of(512, 0, 256),
  };

  test("adds up over trains, also of those that fail, since they may have been applied", async () => {
    const meter = new Meter();
    await meter.on(chip).pulse(region, train);
    const broken = { ...chip, pulse: () => Promise.reject(new LabError("LINK_LOST", "pulled")) };
    await expect(meter.on(broken).pulse(region, train)).rejects.toThrow("pulled");
    const amperes = (768 * program.fullScaleAmperes) / (2 ** program.dacBits - 1);
    expect(meter.joules! / (2 * descriptor.envelope!.supplyVolts * amperes * 2e-6)).toBeCloseTo(1, 9);
  });

  test("is unknown of a chip that does not say its supply voltage", async () => {
    const { chip: unknown } = numericalChip(() => 1e-6);
    const meter = new Meter();
    await meter.on(unknown).pulse(region, train);
    expect(meter.joules).toBeUndefined();
  });
});

test("the published error of a weight in two devices is that of both, the second one above gmax", () => {
  const pair = { gmaxSiemens: 25e-6, devicesPerWeight: 2 as const };
  const four = { gmaxSiemens: 25e-6, devicesPerWeight: 4 as const };
  expect(publishedError(1, pair)).toBeCloseTo(1.0554e-6, 10);
  expect(publishedError(0.5, four)).toBe(publishedError(1, pair));
  expect(publishedError(1, four)).toBeCloseTo(Math.SQRT2 * 1.0554e-6, 10);
});
