/** `pcmlab validate` in process, on chips whose errors are known. */

import { writeFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { type ValidateArguments, validate } from "../../src/cli/actions/validate.ts";
import type { Context } from "../../src/cli/context.ts";
import { verdicts } from "../../src/cli/exit-codes.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openStore } from "../../src/store/store.ts";
import type { ValidatedSource, ValidationDocument } from "../../src/store/validation-document.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { freshPath } from "../store/temp-folder.ts";
import {
  chipStore,
  hidden,
  imagesFor,
  type MadeUpReading,
  normalisationText,
  onnxOf,
} from "./validated-chips.ts";

const day = 86_400;
const onnx = onnxOf(1);

const exactly = (targets: Float32Array): Float32Array => targets;

/** Errors of a size (S) that depends on nothing else. */
const noisy =
  (sigma: number, seed: number) =>
  (targets: Float32Array, layer: number): Float32Array => {
    const prng = seededPrng(seed + layer);
    return targets.map((siemens) => Math.max(0, siemens + sigma * prng.normal()));
  };

const reading = (ageSeconds: number, siemens: MadeUpReading["siemens"]): MadeUpReading => ({
  ageSeconds,
  siemens,
});

function contextOf() {
  const out: string[] = [];
  const streams = { stdout: { write: (text: string) => out.push(text) }, stderr: { write: () => true } };
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1_760_000_000 };
  const timer = new VirtualTimer();
  const context: Context = {
    ...{ clock, timer, prng: seededPrng(1), stop: new AbortController().signal },
    output: new Output(streams, clock, { json: false, quiet: true }),
    boards: new OpenBoards(timer),
    commandLine: ["validate"],
  };
  return { context, out };
}

const defaults = {
  ...{ normalise: normalisationText, batch: 100, threads: 1, seed: 1, compensation: "none", draws: 1 },
  ...{ readings: 1, seeds: "1..2", folder: "unused", baud: 921_600, averages: 1, volts: "0.3V" },
};

async function run(
  args: Partial<ValidateArguments>,
): Promise<ValidationDocument & { readonly text: string; readonly exitCode: number }> {
  const { context, out } = contextOf();
  const images = args.images ?? (await imagesFor(onnx));
  const document = await validate({ ...defaults, ...args, images }, context);
  return { ...document, text: out.join(""), exitCode: context.output.exitCode };
}

const only = ({ sources: [source] }: ValidationDocument): ValidatedSource => {
  if (source === undefined) throw new Error("no source");
  return source;
};

describe("a chip", () => {
  it("that holds its targets loses nothing anywhere", async () => {
    const store = chipStore(onnx, [reading(0, exactly), reading(day, exactly)]);
    const found = await run({ store });
    expect(found).toMatchObject({ ageSeconds: day, passed: null, digital: { accuracy: 1 } });
    const source = only(found);
    expect(source.drop).toBe(0);
    for (const { own, accumulated, random, outliers } of source.layers) {
      expect(own.mvmError).toBeLessThan(1e-4);
      expect(accumulated.mvmError).toBeLessThan(1e-4);
      expect(own.effectiveBits).toBeGreaterThan(12);
      expect(random.mvmError).toBeLessThan(1e-4);
      expect(outliers).toEqual([]);
    }
    expect(
      source.attribution.effects.map(({ name, alone, added }) => [name, alone.loss, added.loss]),
    ).toEqual([
      ["mapping", 0, 0],
      ["programming", 0, 0],
      ["drift", 0, 0],
    ]);
    expect(found.text).toMatch(/net\.onnx, 300 images, 1 d after programming/);
    expect(found.text).not.toMatch(/NaN|undefined/);
  });

  it("whose devices lose a third alike has that error in every layer, gathered too, and none with GDC", async () => {
    const third = (targets: Float32Array) => targets.map((siemens) => (2 / 3) * siemens);
    const store = chipStore(onnx, [reading(0, exactly), reading(day, third)]);
    const [first, second] = only(await run({ store })).layers;
    expect(first?.own.mvmError).toBeCloseTo(1 / 3, 3);
    expect(first?.own.correlation).toBeCloseTo(1, 5);
    expect(second?.own.mvmError).toBeCloseTo(1 / 3, 3);
    // The factor of both layers: 4/9 is left.
    expect(second?.accumulated.mvmError).toBeCloseTo(5 / 9, 3);
    expect(second?.random).toMatchObject({
      mvmError: expect.closeTo(1 / 3, 3),
      residual: expect.closeTo(0, 3),
    });
    for (const layer of only(await run({ store, compensation: "gdc" })).layers)
      expect(layer.accumulated.mvmError).toBeLessThan(1e-3);
  });

  it("that was programmed badly and did not drift loses all by programming, and its levels say how much", async () => {
    const sigma = 3e-6;
    const bad = noisy(sigma, 5);
    const store = chipStore(onnx, [reading(0, bad), reading(day, bad)]);
    const { drop, attribution, levels } = only(await run({ store }));
    const [mapping, programming, drift] = attribution.effects;
    expect(drop).toBeGreaterThan(0.05);
    expect(mapping?.added.loss).toBe(0);
    expect(programming?.alone.loss).toBeCloseTo(drop, 12);
    expect(programming?.added.loss).toBeCloseTo(drop, 12);
    expect([drift?.alone.loss, drift?.added.loss, attribution.remainder]).toEqual([0, 0, 0]);
    expect(attribution.total.loss).toBeCloseTo(drop, 12);
    const middle = levels.filter(({ targetSiemens }) => targetSiemens > 8e-6 && targetSiemens < 16e-6);
    for (const { devices, sigmaSiemens, biasSiemens, meanSiemens, targetSiemens } of middle) {
      expect(sigmaSiemens / sigma).toBeGreaterThan(1 - 3 / Math.sqrt(2 * devices));
      expect(sigmaSiemens / sigma).toBeLessThan(1 + 3 / Math.sqrt(2 * devices));
      expect(Math.abs(biasSiemens)).toBeLessThan((4 * sigma) / Math.sqrt(devices));
      expect(Math.abs(meanSiemens - targetSiemens)).toBeLessThan(2e-6);
    }
  });

  it("with a dead bit line pair is told its channel and what may be wrong", async () => {
    const dead = (targets: Float32Array, layer: number) =>
      noisy(0.3e-6, 8)(targets, layer).map((siemens, cell) =>
        layer === 0 && Math.floor((cell % (2 * hidden)) / 2) === 7 ? 0 : siemens,
      );
    const store = chipStore(onnx, [reading(0, exactly), reading(day, dead)]);
    const [first, second] = only(await run({ store })).layers;
    expect(first?.outliers).toMatchObject([{ column: 7, suspicion: expect.stringMatching(/same output/) }]);
    expect(second?.outliers).toEqual([]);
  });

  it("that was read again has the noise of a reading, and an interval over its readings", async () => {
    const step = 0.5e-6;
    const moved = (by: number) => (targets: Float32Array) => targets.map((siemens) => siemens + 2e-6 + by);
    const store = chipStore(onnx, [
      reading(0, exactly),
      reading(day, moved(step)),
      reading(day, moved(-step)),
    ]);
    const source = only(await run({ store }));
    expect(source.reading.readings).toBe(2);
    // Two values a step from their mean: the deviation of n - 1 is step times the square root of 2.
    expect(source.reading.measuredSiemens).toBeCloseTo(step * Math.SQRT2, 8);
    expect(source.attribution.effects.map(({ name }) => name)).toEqual([
      "mapping",
      "programming",
      "drift",
      "reading",
    ]);
    expect(source).toMatchObject({ intervalOver: "repeats", instances: { length: 2 }, deviation: 0 });
  });
});

describe("a validation", () => {
  const store = () => chipStore(onnx, [reading(0, exactly), reading(day, noisy(3e-6, 5))]);

  test("is stored whole, and fails by exit code when a limit is not kept", async () => {
    const [path, limits] = [store(), freshPath("limits.toml")];
    writeFileSync(limits, 'accuracy-drop = "0.1 %"\n[layer.hidden]\ncorrelation = 0.5\n');
    const { text, exitCode, ...found } = await run({ store: path, limits });
    expect(found.checks.map(({ limit, of, passed }) => [limit, of, passed])).toEqual([
      ["accuracy-drop", "", false],
      ["correlation", "hidden", true],
    ]);
    expect(text).toContain("failed: 1 of 2 limits");
    expect(exitCode).toBe(verdicts.limitNotKept.exitCode);
    const kept = openStore(path, { mode: "read" });
    expect(kept.validations.latest()?.document).toEqual(JSON.parse(JSON.stringify(found)));
    kept.close();
  });

  test("compares stores, each with its own chip", async () => {
    const other = chipStore(onnx, [reading(0, exactly), reading(day, exactly)], "other.db");
    const { sources, passed, exitCode } = await run({ store: store(), against: [other] });
    expect(sources.map(({ name }) => name)).toEqual(["run.db", "other.db"]);
    expect(sources[0]!.layers[0]!.own.mvmError).toBeGreaterThan(0.05);
    expect(sources[1]!.layers[0]!.own.mvmError).toBeLessThan(1e-4);
    expect([passed, exitCode]).toEqual([null, 0]);
  });

  test.each<[string, Partial<ValidateArguments> | (() => Partial<ValidateArguments>), string, RegExp]>([
    ["without anything to validate", {}, "USAGE", /nothing to validate/],
    ["of a profile without a network", { emulator: "tiny" }, "USAGE", /which network/],
    [
      "under two compensations",
      () => ({ store: store(), compensation: "none,gdc" }),
      "USAGE",
      /one compensation/,
    ],
    [
      "of a time that was not read",
      () => ({ store: store(), at: "1h" }),
      "STORE_CONTENT",
      /no complete readout of net\.onnx at 1 h; it was read at .*1 d/,
    ],
    [
      "of a chip without a time",
      () => ({ store: store(), chip: "./x" }),
      "USAGE",
      /need a store, and a time/,
    ],
    [
      "against another network",
      () => ({ store: store(), against: [chipStore(onnxOf(7), [reading(day, exactly)])] }),
      "STORE_CONTENT",
      /another network/,
    ],
    [
      "with a profile that there is not",
      () => ({ store: store(), emulator: "magic" }),
      "BAD_PROFILE",
      /magic/,
    ],
    [
      "with limits of a layer that there is not",
      () => {
        const limits = freshPath("limits.toml");
        writeFileSync(limits, "\n[layer.hiden]\ncorrelation = 0.5\n");
        return { store: store(), limits };
      },
      "USAGE",
      /limits\.toml:2: the network has no layer "hiden"/,
    ],
  ])("%s is refused", async (_, args, code, message) => {
    const given = typeof args === "function" ? args() : args;
    await expect(run(given)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
