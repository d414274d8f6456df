/** `pcmlab compare-programming` on emulated chips within the process: what it finds, and what it writes. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { compareProgramming } from "../../src/cli/actions/compare-programming.ts";
import type { CompareArguments } from "../../src/cli/comparison/plan.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { readImages } from "../../src/inference/images.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { levelCount } from "../../src/report/statistics/level-errors.ts";
import type { ComparedAlgorithm } from "../../src/report/statistics/programming-comparison.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { classifier } from "../network/networks.ts";
import { freshPath } from "../store/temp-folder.ts";

const digits = join(import.meta.dirname, "../../examples/digits");
const defaults: CompareArguments = {
  ...{ algorithms: "melt-quench", profile: "tiny", seed: 1, perLevel: 180, at: "25s", gmax: "25uS" },
  ...{ scale: "layer", devices: 2, bias: "array", converters: "measured" },
  ...{ compensation: "none,gdc", normalise: "0.5/0.5", batch: 200, baud: 115_200 },
};

function contextThatPrints() {
  let printed = "";
  const stdout = { write: (text: string) => (printed += text) };
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1e9 };
  const timer = new VirtualTimer();
  const context: Context = {
    clock,
    timer,
    prng: seededPrng(1),
    output: new Output({ stdout, stderr: { write: () => true } }, clock, { json: false, quiet: true }),
    stop: new AbortController().signal,
    boards: new OpenBoards(timer),
    commandLine: ["compare-programming"],
  };
  return { context, printed: () => printed };
}

async function compared(choices: Partial<CompareArguments>) {
  const { context, printed } = contextThatPrints();
  const comparison = await compareProgramming({ ...defaults, ...choices }, context);
  return { ...comparison, text: printed() };
}

/** Root mean square over all levels, of which the statistical error is half that of their median. */
const errorOf = ({ ages }: ComparedAlgorithm): number =>
  Math.hypot(...ages[0]!.converged.map(({ errorSiemens }) => errorSiemens)) / Math.sqrt(levelCount);

describe("on the emulated Fusion chip", () => {
  const all = compared({ algorithms: "melt-quench,partial-set,residual+late:5s,20s" });

  test("every algorithm programs the same pattern, and nearly all devices converge", async () => {
    const { algorithms, weightsPerLevel } = await all;
    expect(algorithms.map(({ name }) => name)).toEqual([
      "melt-quench",
      "partial-set",
      "residual+late:5s,20s",
    ]);
    expect(weightsPerLevel).toBeGreaterThanOrEqual(180);
    for (const { pattern, ages } of algorithms) {
      expect(pattern.convergedNonZeroShare).toBeGreaterThan(0.98);
      const { all: levels, oldestSeconds } = ages[0]!;
      expect(levels.map(({ g }) => g)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
      for (const { devices } of levels) expect(devices).toBeGreaterThanOrEqual(weightsPerLevel);
      expect(oldestSeconds).toBeCloseTo(25, 1);
    }
  });

  test("melt-quench errs as published, and the residual with late verification less, by more pulses", async () => {
    const [meltQuench, , residual] = (await all).algorithms;
    // Joshi et al. 2020: a median of 0.94 µS.
    expect(meltQuench!.ages[0]!.medianErrorSiemens).toBeGreaterThan(0.85e-6);
    expect(meltQuench!.ages[0]!.medianErrorSiemens).toBeLessThan(1.03e-6);
    expect(errorOf(residual!)).toBeLessThan(0.95 * errorOf(meltQuench!));
    expect(residual!.ages[0]!.mvmError).toBeLessThan(meltQuench!.ages[0]!.mvmError);
    expect(residual!.pattern.pulses).toBeGreaterThan(meltQuench!.pattern.pulses);
    expect(residual!.pattern.chipSeconds).toBeGreaterThan(20);
  });

  test("energy is at most that of the largest pulses and at least that of the preparation", async () => {
    const { devices, pulses, energyUpToJoules } = (await all).algorithms[0]!.pattern;
    // The envelope of the profile allows a pulse 3 nJ at 3 V; the preparation is 450 µA x 50 ns and six pulses of 660 µA x µs together.
    expect(energyUpToJoules).toBeLessThan(3e-9 * pulses);
    expect(energyUpToJoules).toBeGreaterThan(((0.5 * 10) / 11) * devices * 660e-12);
  });

  test("the text has every algorithm beside the published curve", async () => {
    const { text } = await all;
    for (const word of [
      "melt-quench",
      "partial-set",
      "residual+late:5s,20s",
      "published",
      "MVM error of the readings",
    ])
      expect(text).toContain(word);
  });
});

test("equal arguments give equal comparisons and pages that load nothing", async () => {
  const small = { algorithms: "melt-quench,residual", perLevel: 5, at: "25s,1h" };
  const [first, second] = [freshPath(), freshPath()];
  const one = await compared({ ...small, html: first });
  const { text } = await compared({ ...small, html: second });
  expect(text).toBe(one.text);
  const page = readFileSync(first, "utf8");
  expect(page).toBe(readFileSync(second, "utf8"));
  expect(page.match(/<figure id="figure-errors-/g)).toHaveLength(2);
  expect(page).not.toMatch(/<script|(?:src|href)="(?!data:)/);
});

/** A corner of a built-in chip, as a file. */
function cornerOf(name: string, rows: number, columns: number): string {
  const profile = builtinProfile(name);
  const arrays = profile.arrays.map((array) => ({
    ...array,
    columns,
    ...(array.referenceSiemens === undefined && { rows }),
  }));
  const path = freshPath("corner.json");
  writeFileSync(path, JSON.stringify({ ...profile, arrays }));
  return path;
}

test("four devices a weight on a chip that multiplies: max-SET-fill and a descent beat melt-quench in the array", async () => {
  const { algorithms, productsInArray } = await compared({
    ...{ profile: cornerOf("hermes-core", 40, 40), devices: 4, gmax: "10.35uS", perLevel: 120 },
    algorithms: "melt-quench,max-set-fill,gradient-descent",
  });
  expect(productsInArray).toBe(true);
  const [meltQuench, maxSetFill, descent] = algorithms;
  expect(errorOf(maxSetFill!)).toBeLessThan(errorOf(meltQuench!));
  expect(descent!.ages[0]!.mvmError).toBeLessThan(meltQuench!.ages[0]!.mvmError);
});

/** Scores by the distance from the mean image m of each class, x m - |m|^2 / 2 for pixels of 0 to 1, less what all scores have in common. */
async function templates(path: string): Promise<string> {
  const { pixels, labels, height, width } = await readImages(path);
  const size = height * width;
  const means = new Float32Array(size * 10);
  const perClass = Array.from({ length: 10 }, (_, label) => labels.filter((own) => own === label).length);
  for (const [image, label] of labels.entries())
    for (let pixel = 0; pixel < size; pixel++)
      means[pixel * 10 + label]! += pixels[image * size + pixel]! / 255 / perClass[label]!;
  const squares = new Float32Array(10);
  for (const [n, mean] of means.entries()) squares[n % 10]! -= mean ** 2 / 2;
  const weights = means.map((mean, n) => {
    const first = n - (n % 10);
    return mean - means.subarray(first, first + 10).reduce((sum, own) => sum + own, 0) / 10;
  });
  const model = classifier({
    nodes: [onnxNode("Flatten", ["image"], ["flat"]), onnxNode("Gemm", ["flat", "w", "b"], ["scores"])],
    initializers: [floatTensor("w", [size, 10], weights), floatTensor("b", [10], squares)],
    input: ["batch", 1, height, width],
    classes: 10,
  });
  const file = freshPath("templates.onnx");
  writeFileSync(file, encodeModel(model));
  return file;
}

test("a network is programmed by each algorithm, and what it costs is its own", async () => {
  const images = join(digits, "digits-test-images-idx3-ubyte.gz");
  const { network, algorithms } = await compared({
    ...{
      profile: cornerOf("fusion-1m", 512, 64),
      perLevel: 5,
      algorithms: "melt-quench",
      limit: 500,
      bias: "digital",
      normalise: "none",
    },
    ...{ network: await templates(images), images },
  });
  const [{ network: done, pattern }] = algorithms as [ComparedAlgorithm];
  expect(network?.digital.images).toBe(500);
  expect(done?.accuracies.map(({ compensation }) => compensation)).toEqual(["none", "gdc"]);
  expect(network!.digital.accuracy).toBeGreaterThan(0.4);
  for (const { accuracy } of done!.accuracies)
    expect(Math.abs(accuracy - network!.digital.accuracy)).toBeLessThan(0.05);
  expect(done!.devices).toBe(2 * network!.weights);
  expect(done!.pulses).toBeGreaterThan(done!.devices);
  expect(pattern.devices).toBeLessThan(done!.devices);
});

test("a comparison that is stopped says what it found until then, and that it was stopped", async () => {
  const stop = new AbortController();
  class StopsAtTheSecondChip extends OpenBoards {
    #chips = 0;
    override add(...board: Parameters<OpenBoards["add"]>) {
      if (++this.#chips === 2) stop.abort();
      return super.add(...board);
    }
  }
  const { context, printed } = contextThatPrints();
  const boards = new StopsAtTheSecondChip(context.timer);
  const args = { ...defaults, algorithms: "melt-quench,partial-set,residual", perLevel: 5 };
  const comparing = compareProgramming(args, { ...context, stop: stop.signal, boards });
  await expect(comparing).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(printed()).toMatch(/^melt-quench .*\d %/m);
  expect(printed()).not.toContain("residual");
  expect(printed()).toMatch(/not finished: .*stopped by the user/);
});

test.each([
  [{ algorithms: "melt-quench,melt-quench" }, "USAGE"],
  [{ algorithms: "quench" }, "USAGE"],
  [{ algorithms: "melt-quench+late:0s" }, "USAGE"],
  [{ algorithms: "gradient-descent" }, "LIMIT"],
  [{ at: "-1s" }, "USAGE"],
  [{ gmax: "60uS" }, "LIMIT"],
  [{ perLevel: 1000 }, "DOES_NOT_FIT"],
  [{ region: ["0:0-0:0-1"] }, "DOES_NOT_FIT"],
  [{ network: "digits.onnx" }, "USAGE"],
  [{ html: "/nowhere/at/all.html" }, "USAGE"],
] as const)("%j is refused with %s", async (choices, code) => {
  await expect(compared(choices)).rejects.toMatchObject({ code });
});
