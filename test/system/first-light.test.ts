/** The main job from end to end: emulator process, real serial port, store, inference, report. */

import { expect, test } from "vitest";
import { z } from "zod";
import { realData } from "../network/real-data.ts";
import { emulator, folder, json } from "./command.ts";

const inferSchema = z.object({
  digital: z.object({ accuracy: z.number() }),
  accuracies: z.array(z.object({ ageSeconds: z.number(), compensation: z.string(), accuracy: z.number() })),
});
type Inferred = z.infer<typeof inferSchema>;

function accuracyAt(result: Inferred, ageSeconds: number, compensation: string): number {
  const found = result.accuracies.find(
    (entry) => entry.ageSeconds === ageSeconds && entry.compensation === compensation,
  );
  return found?.accuracy ?? Number.NaN;
}

const day = 86_400;

/** All 723,444 devices through the pseudo-terminal, a subset of the images. */
test("ResNet-32 keeps its accuracy for a day on the emulated million-device chip", {
  timeout: 400_000,
}, async ({ skip }) => {
  const network = realData("resnet32/resnet32.onnx");
  const images = realData("cifar10/test_batch.bin");
  if (network === undefined || images === undefined) return skip();
  const cwd = await folder();
  const board = await emulator(["--profile", "fusion-1m", "--seed", "1", "--pty", "./chip"], cwd);
  const programSchema = z.object({ devices: z.number(), convergedNonZeroShare: z.number() });
  await json(["calibrate", "--chip", "./chip", "--store", "run.db"], cwd);
  const programmed = programSchema.parse(
    await json(["program", network, "--chip", "./chip", "--store", "run.db"], cwd),
  );
  expect(programmed.devices).toBe(723_444);
  expect(programmed.convergedNonZeroShare).toBeGreaterThan(0.991);
  await json(["read", "--chip", "./chip", "--store", "run.db", "--at", "25s,1d"], cwd);
  await board.stop();
  const words = ["--images", images, "--limit", "600", "--compensation", "none,gdc,per-column"];
  const inferred = inferSchema.parse(await json(["infer", "--store", "run.db", ...words], cwd));
  expect(inferred.digital.accuracy).toBeGreaterThan(0.91);
  expect(accuracyAt(inferred, 25, "none")).toBeGreaterThan(inferred.digital.accuracy - 0.03);
  expect(accuracyAt(inferred, day, "none")).toBeLessThan(0.4);
  expect(accuracyAt(inferred, day, "gdc")).toBeGreaterThan(inferred.digital.accuracy - 0.04);
  expect(accuracyAt(inferred, day, "per-column")).toBeGreaterThan(inferred.digital.accuracy - 0.04);
});
