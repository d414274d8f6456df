import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { calibrationCount, drawImages, testCount } from "../../examples/digits/dataset.ts";
import { accuracyOn } from "../../examples/digits/training/accuracy.ts";
import {
  adaptStatistics,
  driftedWeights,
  globallyCompensated,
} from "../../examples/digits/training/drift.ts";
import { toOnnx } from "../../examples/digits/training/export.ts";
import { infer } from "../../examples/digits/training/forward.ts";
import { inputBatch, slice } from "../../examples/digits/training/images.ts";
import { countCorrect } from "../../examples/digits/training/loss.ts";
import { analogWeights } from "../../examples/digits/training/network.ts";
import { exactWeights } from "../../examples/digits/training/parameter.ts";
import { plan, tinyPlan } from "../../examples/digits/training/plan.ts";
import { restoreNetwork } from "../../examples/digits/training/restore.ts";
import { trainNetwork } from "../../examples/digits/training/train-network.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { decodeModel, encodeModel } from "../../src/network/onnx/codec.ts";

const file = readFileSync(new URL("../../examples/digits/digits.onnx", import.meta.url));
const timeout = 60_000;
const restored = () => restoreNetwork(decodeModel(file), plan.widths);
const images = drawImages("test", 0, testCount);

test("the network of the tutorial classifies the test images as examples/digits/README.md says, and fits `tiny`", async () => {
  const model = readFileSync(new URL("../../examples/digits/tiny.onnx", import.meta.url));
  const logits = await logitsOfRuntime(inputBatch(images.pixels).data, model);
  const batch = { data: logits, count: testCount, channels: 10, height: 1, width: 1 };
  expect(countCorrect(batch, images.labels)).toBe(1790);
  const network = restoreNetwork(decodeModel(model), tinyPlan.widths);
  expect(Buffer.from(encodeModel(toOnnx(network, { name: "tiny", side: 16 }))).equals(model)).toBe(true);
  const devices = 2 * analogWeights(network).reduce((sum, { value }) => sum + value.length, 0);
  expect(devices).toBeLessThan(64 * 64);
});

describe("the committed network", () => {
  test("classifies the test images in ONNX Runtime as examples/digits/README.md says", async () => {
    const logits = await logitsOfRuntime(inputBatch(images.pixels).data);
    const batch = { data: logits, count: testCount, channels: 10, height: 1, width: 1 };
    expect(countCorrect(batch, images.labels)).toBe(1950);
  });

  test("gives the same logits in ONNX Runtime and in the trainer", async () => {
    const inputs = slice(inputBatch(images.pixels), 0, 100);
    const ours = infer(restored(), inputs, exactWeights).data;
    const theirs = await logitsOfRuntime(inputs.data);
    const largest = ours.reduce((worst, value, i) => Math.max(worst, Math.abs(value - theirs[i]!)), 0);
    expect(largest).toBeLessThan(1e-4);
  });

  test("is written again byte by byte from what was read", () => {
    expect(Buffer.from(encodeModel(toOnnx(restored()))).equals(file)).toBe(true);
  });

  test(
    "fails after a day of drift, and is saved by one scale per layer and adapted batch norms",
    () => {
      const network = restored();
      const some = drawImages("test", 0, 500);
      const digital = accuracyOn(network, some, exactWeights);
      const chip = { programmingNoise: 0.04, meanNu: 0.05, nuSpread: 0.2 };
      const drifted = driftedWeights(analogWeights(network), chip, 86_400, seededPrng(3));
      expect(accuracyOn(network, some, drifted)).toBeLessThan(0.6);
      const compensated = globallyCompensated(drifted);
      adaptStatistics(network, drawImages("calibration", 0, calibrationCount), compensated);
      expect(accuracyOn(network, some, compensated)).toBeGreaterThan(digital - 0.025);
    },
    timeout,
  );
});

describe("training", () => {
  const training = (start: number, count: number) => drawImages("training", start, count);
  const short = { ...plan, steps: 10, batchSize: 10, settlingBatches: 2 };

  test(
    "lowers the loss within a few steps, equally for equal seeds",
    () => {
      const losses: number[] = [];
      const first = trainNetwork(short, training, (_, loss) => losses.push(loss));
      const again = trainNetwork(short, training, () => {});
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      expect(analogWeights(again).map(({ value }) => value)).toEqual(
        analogWeights(first).map(({ value }) => value),
      );
    },
    timeout,
  );
});

async function logitsOfRuntime(pixels: Float64Array, model = file): Promise<Float64Array> {
  const session = await InferenceSession.create(model);
  const image = new Tensor("float32", Float32Array.from(pixels), [pixels.length / 256, 1, 16, 16]);
  const { logits } = await session.run({ image });
  if (!(logits?.data instanceof Float32Array)) throw new TypeError("no float logits");
  return Float64Array.from(logits.data);
}
