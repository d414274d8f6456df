/** Limits of a validation: what a file may say, where it is wrong, and what is kept. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { checksOf } from "../../src/cli/validate/judge.ts";
import { lineOf, parseLimits } from "../../src/cli/validate/limits-file.ts";
import { validationTable } from "../../src/cli/validate/table.ts";
import { validationDocument } from "../../src/store/validation-document.ts";
import { validatedSource, validationOf } from "../report/validation.ts";

const layers = ["conv1", "fc"];
const parse = (text: string) => parseLimits(text, "limits.toml", layers);
const refusal = (message: RegExp, next?: RegExp) =>
  expect.objectContaining({
    code: "USAGE",
    message: expect.stringMatching(message),
    ...(next && { next: expect.stringMatching(next) }),
  });

describe("a limits file", () => {
  it("that is shipped as an example can be used", () => {
    const path = join(import.meta.dirname, "../../docs/reference/limits.toml");
    const limits = parseLimits(readFileSync(path, "utf8"), path, layers);
    expect(limits["accuracy-drop"]).toBeCloseTo(0.01, 12);
    expect(limits.levels?.sigma).toBeCloseTo(2.5e-6, 15);
    expect(limits.layers).toMatchObject({ "mvm-error": 0.3, correlation: 0.95, "outlier-channels": 2 });
  });

  it.each([
    ["accuracy-drop = 0.5", /^limits\.toml:1: accuracy-drop: /, /docs\/reference\/limits\.toml/],
    ['accuracy-drop = "0.5"', /:1: accuracy-drop: not a percentage; write it like "0.5 %"/],
    [
      '\n\n[layers]\nmvm-error = "5 %"\nmvm-eror = "5 %"',
      /:5: there is no mvm-eror in \[layers\]/,
      /mean mvm-error\?/,
    ],
    ['[levels]\nsigma = "1 mV"', /:2: levels\.sigma: not a conductance/],
    ["[layers]\ncorrelation = 1.5", /:2: layers\.correlation: /],
    ["[layers]\noutlier-channels = 0.5", /:2: layers\.outlier-channels: /],
    ['acuracy = "90 %"', /:1: there is no acuracy in a limits file/, /did you mean accuracy\?/],
    [
      "[layer.conv1]\ncorrelation = 0.9\n\n[layer.conv2]\ncorrelation = 0.9",
      /:4: the network has no layer "conv2"/,
      /conv1/,
    ],
    ["[losses]\ndrifts = '1 %'", /:2: there is no drifts in \[losses\]/, /drift/],
    ["[layers\n", /:1:\d+: /],
  ])("is refused by its line: %j", (text: string, message: RegExp, next?: RegExp) => {
    expect(() => parse(text)).toThrow(refusal(message, next));
  });

  test("of which a value takes several lines is named by the line that ends it", () => {
    expect(lineOf('a = 1\nb = [\n  1,\n]\nc = "x"', ["b"])).toBe(4);
    expect(lineOf('a = 1\n[t."x.y"]\nc = 2', ["t", "x.y", "c"])).toBe(3);
  });
});

describe("a source", () => {
  const source = validatedSource();

  it("keeps limits that are just met, and not those that are a little beyond, by name", () => {
    const [first] = source.layers;
    const text = (drop: number, error: number) =>
      `accuracy-drop = "${drop} %"\n[layer.${first!.name}]\nmvm-error = "${error} %"`;
    const drop = 100 * source.drop;
    const error = 100 * (first!.own.mvmError ?? 0);
    expect(checksOf(source, parse(text(drop + 1e-6, error + 1e-6))).map(({ passed }) => passed)).toEqual([
      true,
      true,
    ]);
    const failed = checksOf(source, parse(text(drop - 0.01, error - 0.01)));
    expect(failed.map(({ limit, of, passed }) => ({ limit, of, passed }))).toEqual([
      { limit: "accuracy-drop", of: "", passed: false },
      { limit: "mvm-error", of: "conv1", passed: false },
    ]);
  });

  it("is judged layer by layer, with the limits of a layer before those of all", () => {
    const checks = checksOf(source, parse("[layers]\neffective-bits = 24\n[layer.fc]\neffective-bits = 0"));
    expect(checks).toMatchObject([
      { limit: "effective-bits", of: "conv1", bound: 24, passed: false },
      { limit: "effective-bits", of: "fc", bound: 0, passed: true },
    ]);
  });

  it("is judged by level, outliers and single effects; what was not measured keeps no limit", () => {
    const text = `[layers]\noutlier-channels = 0\n[levels]\nsigma = "1 uS"\n[losses]\ndrift = "1 %"\nread-noise = "1 %"`;
    const checks = checksOf(source, parse(text));
    expect(checks.map(({ limit, of, value, passed }) => [limit, of, value, passed])).toEqual([
      ["outlier-channels", "conv1", 1, false],
      ["outlier-channels", "fc", 0, true],
      ["levels.sigma", "level 0 µS", 0.3e-6, true],
      ["levels.sigma", "level 25 µS", 1.4e-6, false],
      ["losses.drift", "", 0.02, false],
      ["losses.read-noise", "", null, false],
    ]);
  });

  it("is printed with what is not kept", () => {
    const checks = checksOf(source, parse('accuracy-drop = "0.1 %"\n[levels]\nsigma = "1 uS"'));
    const table = validationTable({ ...validationOf(), checks, passed: false });
    expect(table).toMatch(/failed: 2 of 3 limits\n {2}accuracy-drop: 1 %, the limit is 0\.1 %\n/);
    expect(table).toContain("levels.sigma of level 25 µS: 1.4 µS, the limit is 1 µS");
    expect(table).not.toMatch(/NaN|undefined|null/);
  });

  it("is the same after it was stored", () => {
    const document = validationOf();
    expect(validationDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });
});
