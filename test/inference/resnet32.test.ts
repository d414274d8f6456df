import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAugment } from "../../src/inference/augment.ts";
import {
  CompensationLadder,
  compensateGdc,
  parseCompensation,
  uncompensated,
} from "../../src/inference/compensation.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters } from "../../src/inference/graph.ts";
import { readImages } from "../../src/inference/images.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { assertDisjoint } from "../../src/inference/overlap.ts";
import { readNetwork } from "../../src/network/read.ts";
import { realData } from "../network/real-data.ts";

const networkPath = realData("resnet32/resnet32.onnx");
const testPath = realData("cifar10/test_batch.bin");
const calibrationPath = realData("cifar10/calibration_2600.bin");
const missing = [networkPath, testPath, calibrationPath].includes(undefined);

const normalisation = normalisations.imagenet;
const patience = 60_000;

describe.skipIf(missing)("ResNet-32 on CIFAR-10", () => {
  if (missing) return;
  const network = readNetwork(readFileSync(networkPath ?? ""));
  const digital = digitalParameters(network);

  it(
    "is right on at least 90 % of the first 500 images (92.37 % on all 10,000)",
    async () => {
      const images = await readImages(testPath ?? "", { limit: 500 });
      const { accuracy, count } = await evaluate(network, digital, images, { normalisation });
      expect(count).toBe(500);
      expect(accuracy).toBeGreaterThanOrEqual(0.9);
      expect(accuracy).toBeLessThanOrEqual(0.95);
    },
    patience,
  );

  it(
    "is at chance with every weight halved, restored by GDC, and not hurt by AdaBS with crops and flips",
    async () => {
      const images = await readImages(testPath ?? "", { limit: 200 });
      const halved = digital.weights.map((weights) => weights.map((w) => w / 2));
      const accuracyOf = async ({ parameters }: Pick<ReturnType<typeof uncompensated>, "parameters">) =>
        (await evaluate(network, parameters, images, { normalisation })).correct;
      const before = await accuracyOf({ parameters: digital });
      expect(await accuracyOf(uncompensated(network, halved))).toBeLessThan(100);
      expect(await accuracyOf(compensateGdc(network, digital.weights, halved))).toBe(before);
      const calibration = await readImages(calibrationPath ?? "");
      const ladder = new CompensationLadder(network, {
        images: calibration,
        normalisation,
        batches: 3,
        batchSize: 100,
        augment: parseAugment("crop4,flip"),
        seed: 1,
      });
      const adabs = await ladder.compensate(parseCompensation("adabs"), digital.weights, halved);
      expect(await accuracyOf(adabs)).toBeGreaterThan(before - 8);
    },
    patience,
  );

  it("has calibration images that are no test images", async () => {
    const [calibration, test] = await Promise.all([
      readImages(calibrationPath ?? ""),
      readImages(testPath ?? ""),
    ]);
    expect(() => assertDisjoint(calibration, test)).not.toThrow();
  });
});
