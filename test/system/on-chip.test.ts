/** A network whose products are done in the array of an emulated core, over a serial port, beside the same network computed from its readings. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openStore, type Store } from "../../src/store/store.ts";
import { realData } from "../network/real-data.ts";
import { emulator, folder, json, pcmlab } from "./command.ts";
import { edgeNetwork } from "./on-chip-network.ts";

const images = 200;
const digits = join(import.meta.dirname, "../../examples/digits");
const normalise = ["--normalise", "0.5/0.5", "--compensation", "gdc"];
const digitImages = [
  ...["--images", join(digits, "digits-test-images-idx3-ubyte.gz"), "--limit", `${images}`],
  ...["--calibration-images", join(digits, "digits-calibration-images-idx3-ubyte.gz"), ...normalise],
];
const mnist = realData("mnist/t10k-images-idx3-ubyte.gz");

const inferSchema = z.object({
  digital: z.object({ accuracy: z.number() }),
  accuracies: z.array(
    z.object({
      compensation: z.string(),
      ageSeconds: z.number(),
      accuracy: z.number(),
      chip: z
        .object({ engines: z.record(z.string(), z.string()), trueAgesSeconds: z.array(z.number()) })
        .nullable(),
    }),
  ),
});

/** The newest predictions of a compensation, in the order of the results. */
const predictionsOf = (store: Store, compensation: string): Uint16Array[] =>
  store.results
    .list()
    .filter((result) => result.compensation === compensation)
    .map(({ id }) => store.results.predictions(id) ?? new Uint16Array());

const differing = (a: Uint16Array | undefined, b: Uint16Array | undefined): number =>
  a?.reduce((sum, value, n) => sum + (value === b?.[n] ? 0 : 1), 0) ?? Number.NaN;

/** A core that holds a network and was read an hour after its programming. @returns `infer` with some words. */
async function programmedCore(cwd: string, network: string, data: readonly string[]) {
  await emulator(["--profile", "hermes-core", "--seed", "3", "--pty", "./core"], cwd);
  const store = ["--store", "run.db", "--quiet"];
  const chip = ["--chip", "./core", ...store];
  await json(["calibrate", ...chip], cwd);
  await json(["program", network, ...chip, "--devices", "4", "--gmax", "10uS"], cwd);
  await json(["read", ...chip, "--at", "25s,1h", "--volts", "0.2V"], cwd);
  const inferWith = async (...words: string[]) =>
    inferSchema.parse(await json(["infer", ...words, ...data], cwd));
  return {
    onChip: () => inferWith(...chip, "--engine", "chip"),
    mixed: (layers: string) => inferWith(...chip, "--layers", layers, "--limit", "50"),
    onReadout: () => inferWith(...store, "--at", "1h"),
  };
}

/** Standard deviations of a count are those of a binomial one: its root at most. */
function expectAlike(cwd: string, method: string, standardDeviations: number): void {
  const store = openStore(join(cwd, "run.db"), { mode: "read" });
  onTestFinished(() => store.close());
  const [one, other] = predictionsOf(store, `${method}@chip`);
  const [read] = predictionsOf(store, method);
  const noise = differing(one, other);
  const beside = differing(one, read);
  // Between two runs there is the noise of both, between a run and the readings that of one and what converters do to all images alike.
  expect(beside).toBeLessThanOrEqual(noise + standardDeviations * Math.sqrt(noise + beside));
}

test("a network predicts in the array what it predicts from the readings, within the noise of the array", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "edges.onnx"), await edgeNetwork());
  const run = await programmedCore(cwd, "edges.onnx", digitImages);
  const first = await run.onChip();
  await run.onChip();
  await run.onReadout();
  const mixed = await run.mixed("edges=digital,cl*=chip");

  expect(first.accuracies.map(({ compensation, ageSeconds }) => [ageSeconds, compensation])).toEqual([
    [3600, "gdc@chip"],
  ]);
  expect(first.accuracies[0]?.chip?.engines).toEqual({ edges: "chip", classes: "chip" });
  for (const age of first.accuracies[0]?.chip?.trueAgesSeconds ?? []) {
    expect(age).toBeGreaterThanOrEqual(3600);
    expect(age).toBeLessThan(3660);
  }
  expect(mixed.accuracies.map(({ compensation }) => compensation)).toEqual(["gdc@digital/chip"]);
  expect(mixed.accuracies[0]?.chip?.engines).toEqual({ edges: "digital", classes: "chip" });

  const stored = openStore(join(cwd, "run.db"), { mode: "read" });
  onTestFinished(() => stored.close());
  const [one, other] = predictionsOf(stored, "gdc@chip");
  // The noise of the array is there: two runs are not the same run told twice.
  expect(differing(one, other)).toBeGreaterThan(0);
  expectAlike(cwd, "gdc", 3);
  const { accuracy: digital } = first.digital;
  expect(Math.abs((first.accuracies[0]?.accuracy ?? 0) - digital)).toBeLessThan(
    4 * Math.sqrt((digital * (1 - digital)) / images),
  );

  const why = await pcmlab(["why", "1h:gdc@chip", "--store", "run.db"], cwd);
  expect(why.stdout).toMatch(/engine: chip/);
  const report = await pcmlab(["report", "--store", "run.db", "-o", "report.html"], cwd);
  expect(report.exitCode).toBe(0);
});

const mnistImages = 60;
/** Of 1,000 images of the day-old chip of examples/mnist/README.md. */
const mnistDiffering = 0.07;

describe.skipIf(mnist === undefined)("MNIST", () => {
  test("is recognised in the array as from the readings, by the network of the repository's own training", async () => {
    const cwd = await folder();
    await writeFirstImages(cwd, 130);
    const limited = ["--images", mnist ?? "", "--limit", `${mnistImages}`];
    const data = [...limited, "--calibration-images", "some-images-idx3-ubyte", ...normalise];
    const run = await programmedCore(cwd, join(digits, "../mnist/mnist.onnx"), data);
    const { digital } = await run.onChip();
    await run.onReadout();
    expect(digital.accuracy).toBeGreaterThan(0.9);
    const store = openStore(join(cwd, "run.db"), { mode: "read" });
    onTestFinished(() => store.close());
    const different = differing(predictionsOf(store, "gdc@chip")[0], predictionsOf(store, "gdc")[0]);
    const expected = mnistDiffering * mnistImages;
    expect(different).toBeLessThan(expected + 3 * Math.sqrt(expected * (1 - mnistDiffering)));
  });
});

/** The first training images as a file of their own: to read all 60,000 takes longer than the test. */
async function writeFirstImages(cwd: string, count: number): Promise<void> {
  const read = async (name: string) => gunzipSync(await readFile(realData(`mnist/${name}.gz`) ?? ""));
  const images = (await read("train-images-idx3-ubyte")).subarray(0, 16 + count * 28 * 28);
  const labels = (await read("train-labels-idx1-ubyte")).subarray(0, 8 + count);
  for (const file of [images, labels]) file.writeUInt32BE(count, 4);
  await writeFile(join(cwd, "some-images-idx3-ubyte"), images);
  await writeFile(join(cwd, "some-labels-idx1-ubyte"), labels);
}
