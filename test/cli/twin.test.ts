/** A twin of an emulated chip: the emulator's own parameters are what must come back. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Moments } from "../../calibration/drift/moments.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { evaluateLaw, logState } from "../../mocks/device/state-law.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { loadProfile } from "../../src/cli/actions/profile.ts";
import { fitTwinOf } from "../../src/cli/actions/twin.ts";
import { profileHash, type Twin, type TwinLevel, type TwinRecord } from "../../src/cli/twin/document.ts";
import { openStore } from "../../src/store/store.ts";
import { labErrorFrom, labErrorOf } from "../store/failure.ts";
import { contextOf } from "./collecting-context.ts";
import { type Experiment, type Experimented, experiment } from "./twin-chip.ts";

const folder = mkdtempSync(join(tmpdir(), "pcmlab-twin-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

const tiny = builtinProfile("tiny");
const [rows, columns] = [60, 64];

/** More stuck devices and worse converters than usual, so that few devices tell of them. */
const chip: ChipProfile = {
  ...tiny,
  arrays: tiny.arrays.map((array) => ({
    ...array,
    rows: array.referenceSiemens ? array.rows : rows,
    columns: 2 * columns,
  })),
  converter: { ...tiny.converter, gainSpread: 0.02, offsetSpreadCodes: 0.3 },
  device: { ...tiny.device, stuckResetProbability: 0.01, stuckSetProbability: 0.004 },
};

const plan: Experiment = {
  profile: chip,
  seed: 5,
  rows,
  columns,
  levels: [0.1, 0.2, 0.4, 0.7, 1],
  agesSeconds: [25, 3600, 86_400, 2_592_000],
  calibrated: true,
};

async function measured(name: string, some: Partial<Experiment> = {}): Promise<Experimented> {
  const store = openStore(file(name), { mode: "create" });
  try {
    return await experiment(store, { ...plan, ...some });
  } finally {
    store.close();
  }
}

async function fitted(name: string, perLevel = 250): Promise<Twin> {
  const args = { store: file(name), out: file(`${name}.json`), perLevel, seed: 1 };
  return fitTwinOf(args, contextOf("twin", true).context);
}

/** Four standard errors, and a hundredth for what the models neglect. */
function expectNear({ value, error }: { value: number; error: number }, truth: number, what: string): void {
  expect(Math.abs(value - truth), `${what}: ${value} ±${error}, true ${truth}`).toBeLessThan(
    4 * error + 0.01 * Math.abs(truth),
  );
  expect(error, what).toBeGreaterThan(0);
}

/** What the devices of a level hold at the reference time, less their targets. */
function heldAt({ targets, truth, outcomes }: Experimented, { targetSiemens }: TwinLevel): Moments {
  const moments = new Moments();
  for (const [device, siemens] of truth.entries())
    if (
      outcomes[device] === cellOutcomes.indexOf("converged") &&
      Math.abs(targets[device]! - targetSiemens) < 1e-9
    )
      moments.add(siemens - targets[device]!);
  return moments;
}

describe("the twin of an emulated chip", () => {
  let twin: Twin;
  let truth: Experimented;
  beforeAll(async () => {
    truth = await measured("run.db");
    twin = await fitted("run.db");
  }, 120_000);

  test("has its exponents, their spread and its read noise at every level", () => {
    const { drift, readNoise } = chip.device;
    const known = twin.twin.levels.filter((level) => level.drift !== null);
    expect(known).toHaveLength(5);
    for (const { drift: found, noise } of known) {
      const logG = logState(found!.stateSiemens, drift.gMaxSiemens);
      const at = `${found!.stateSiemens}`;
      expectNear(found!.nuMean, evaluateLaw(drift.nuMean, logG), `nu at ${at}`);
      expectNear(found!.nuSpread, evaluateLaw(drift.nuSpread, logG), `spread at ${at}`);
      expectNear(noise!, evaluateLaw(readNoise.relative, logG), `Q at ${at}`);
    }
    expectNear(twin.twin.readNoise!.coefficient, 0.0088, "coefficient");
    expectNear(twin.twin.readNoise!.exponent, -0.65, "exponent");
    expect(twin.profile.device.readNoise.relative.kind).toBe("power");
  });

  test("knows what its devices hold apart from how they are read", () => {
    for (const level of twin.twin.levels.slice(1)) {
      const held = heldAt(truth, level);
      const { sigmaSiemens, biasSiemens } = level.programming!;
      expectNear(sigmaSiemens, Math.sqrt(held.variance), `sigma at ${level.targetSiemens}`);
      expectNear(biasSiemens, held.mean, `bias at ${level.targetSiemens}`);
    }
  });

  test("has its converters and its share of stuck devices", () => {
    const { gainSpread, offsetSpreadCodes, whiteNoiseCodes } = twin.twin.converters!;
    expectNear(gainSpread, 0.02, "gain");
    expectNear(offsetSpreadCodes, 0.3, "offset");
    // The noise of a conversion depends a little on where between two codes it is.
    expect(whiteNoiseCodes.value / chip.converter.whiteNoiseCodes).toBeCloseTo(1, 0.8);
    const { low, high } = twin.twin.stuck;
    expect([low.low < 0.01, low.high > 0.01, high.low < 0.004, high.high > 0.004]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(twin.profile.device.stuckResetProbability).toBe(low.probability);
    expect(twin.profile.device.stuckSetProbability).toBe(high.probability);
  });

  test("has a relaxation and a floor that are near those of the chip, though no reading shows them alone", () => {
    const { relaxation, floor } = twin.profile.device;
    expect(relaxation!.byState).toBeUndefined();
    expect(Math.abs(relaxation!.spread / chip.device.relaxation!.spread - 1)).toBeLessThan(0.4);
    expect(Math.abs(floor.medianSiemens / chip.device.floor.medianSiemens - 1)).toBeLessThan(0.2);
    expect(Math.abs(floor.logSpread / chip.device.floor.logSpread - 1)).toBeLessThan(0.3);
  });

  test("says of every number of its profile where it comes from", () => {
    const { described, fitted: found, taken } = twin.twin;
    const paths = [...described, ...found.map(({ path }) => path), ...taken.map(({ path }) => path)];
    const covered = (leaf: string): boolean =>
      paths.some((path) => leaf === path || leaf.startsWith(`${path}.`));
    expect(leavesOf(twin.profile).filter((leaf) => !covered(leaf))).toEqual([]);
    const all = leavesOf(twin.profile);
    expect(paths.filter((path) => !all.some((leaf) => leaf === path || leaf.startsWith(`${path}.`)))).toEqual(
      [],
    );
  });

  test("is a profile that the emulator takes, and a chip of it errs and drifts as the measured one", async () => {
    const profile = loadProfile(file("run.db.json"));
    expect(profile).toEqual(twin.profile);
    await measured("again.db", { profile, seed: 9 });
    const again = await fitted("again.db", 50);
    for (const [n, level] of twin.twin.levels.entries()) {
      const other = again.twin.levels[n]!;
      const ratio = other.first!.sigmaSiemens / level.first!.sigmaSiemens;
      const chance = Math.sqrt(1 / (2 * level.first!.devices) + 1 / (2 * other.first!.devices));
      expect(Math.abs(ratio - 1), `error at ${level.targetSiemens}`).toBeLessThan(4 * chance + 0.05);
      if (level.drift === null || other.drift === null) continue;
      const apart = Math.abs(other.drift.nuMean.value - level.drift.nuMean.value);
      const error = Math.hypot(other.drift.nuMean.error, level.drift.nuMean.error);
      expect(apart, `nu at ${level.targetSiemens}`).toBeLessThan(4 * error);
    }
  }, 60_000);

  test("is refused when its profile was changed, and when its record is not what was written", () => {
    const text = readFileSync(file("run.db.json"), "utf8");
    const withChange = (change: (value: { name: string; twin: TwinRecord & { more?: number } }) => void) => {
      const value = JSON.parse(text);
      change(value);
      writeFileSync(file("changed.json"), JSON.stringify(value));
      return labErrorOf(() => loadProfile(file("changed.json")));
    };
    const renamed = withChange((value) => {
      value.name = "another";
    });
    expect([renamed.code, renamed.message]).toEqual([
      "BAD_PROFILE",
      "twin: its profile was changed after it was fitted",
    ]);
    const grown = withChange((value) => {
      value.twin.more = 1;
    });
    expect(grown.message).toContain('Unrecognized key: "more"');
    const negative = withChange((value) => {
      value.twin.levels[1]!.noise!.error = -1;
    });
    expect(negative.message).toContain("twin.levels.1.noise.error");
    expect(profileHash(twin.profile)).toBe(twin.twin.profileSha256);
  });
});

/** Paths of all values that are no objects; lists count as values. */
function leavesOf(value: object, path = ""): string[] {
  return Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? leavesOf(part, `${path}${key}.`)
      : part === undefined
        ? []
        : [`${path}${key}`],
  );
}

const small: Partial<Experiment> = { rows: 24, columns: 32, calibrated: false, levels: [0.2, 0.6] };

describe("too little data", () => {
  test("of one age leaves drift and read noise to the base profile, and says so", async () => {
    await measured("one-age.db", { ...small, agesSeconds: [25] });
    const { profile, twin } = await fitted("one-age.db", 100);
    expect(profile.device.drift).toEqual(tiny.device.drift);
    expect(profile.device.readNoise).toEqual(tiny.device.readNoise);
    expect(profile.converter).toEqual(tiny.converter);
    const taken = twin.taken.map(({ path }) => path);
    expect(taken).toEqual(expect.arrayContaining(["device.drift.nuMean", "device.readNoise.relative"]));
    expect(taken).toContain("converter.gainSpread");
    expect(twin.remarks.join()).toContain("read at one age");
    expect([twin.readNoise, twin.programming, twin.converters]).toEqual([null, null, null]);
    expect(twin.levels.map(({ first }) => first !== null)).toEqual([true, true, true]);
  });

  test("of devices that are too few for a statistic is left out by level", async () => {
    await measured("few.db", { ...small, rows: 2, agesSeconds: [25, 3600, 86_400] });
    const { twin } = await fitted("few.db", 100);
    expect(twin.levels.map(({ devices }) => devices < 50)).toEqual([false, true, true]);
    expect(twin.levels.slice(1).map(({ first, drift }) => [first, drift])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(twin.remarks.join()).toContain("too few devices");
  });

  test("without a reading from the reference time of drift on is refused, and nothing is written", async () => {
    await measured("young.db", { ...small, agesSeconds: [5] });
    const failure = await labErrorFrom(fitted("young.db"));
    expect(failure.code).toBe("STORE_CONTENT");
    expect(failure.message).toContain("no tile");
    expect(failure.next).toContain("pcmlab read");
    expect(labErrorOf(() => loadProfile(file("young.db.json"))).code).toBe("BAD_PROFILE");
  });

  test("of a store without a programmed chip is refused", async () => {
    openStore(file("empty.db"), { mode: "create" }).close();
    const failure = await labErrorFrom(fitted("empty.db"));
    expect([failure.code, failure.next]).toEqual([
      "STORE_CONTENT",
      expect.stringContaining("pcmlab program"),
    ]);
  });
});

test("an error that has not the shape of the model is matched level by level", async () => {
  const byState = {
    kind: "table" as const,
    points: [
      { g: 0.2, value: 0.25 },
      { g: 0.6, value: 0.02 },
    ],
  };
  const relaxation = { ...chip.device.relaxation!, byState };
  const odd = { ...chip, device: { ...chip.device, relaxation } };
  await measured("odd.db", { ...small, rows: 40, profile: odd });
  const { profile, twin } = await fitted("odd.db", 400);
  const found = profile.device.relaxation!.byState!;
  const { gMaxSiemens } = profile.device.drift;
  expect(evaluateLaw(found, logState(0.2 * 25e-6, gMaxSiemens))).toBeGreaterThan(0.18);
  for (const { first, rehearsed } of twin.levels.slice(1))
    expect(Math.abs(rehearsed!.sigmaSiemens / first!.sigmaSiemens - 1)).toBeLessThan(0.12);
});
