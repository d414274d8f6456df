/** One training from the first step to the ONNX file, with what it says on the way. */

import { writeFileSync } from "node:fs";
import { systemClock } from "../../../src/core/system-clock.ts";
import { encodeModel } from "../../../src/network/onnx/codec.ts";
import type { LabelledImages } from "../dataset.ts";
import { accuracyOn } from "./accuracy.ts";
import { roundToFloat32, toOnnx } from "./export.ts";
import { exactWeights } from "./parameter.ts";
import { type TrainingImages, type TrainingPlan, trainNetwork } from "./train-network.ts";

export interface Training {
  /** Of the graph in the file. */
  readonly name: string;
  readonly plan: TrainingPlan;
  readonly images: TrainingImages;
  readonly test: LabelledImages;
}

export function trainAndWrite({ name, plan, images, test }: Training, file: string): void {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say(JSON.stringify(plan));
  const begin = systemClock.monotonicSeconds();
  let mean = Number.NaN;
  const network = trainNetwork(plan, images, (step, loss) => {
    mean = Number.isNaN(mean) ? loss : 0.98 * mean + 0.02 * loss;
    if (step % 100 === 0) {
      const elapsed = systemClock.monotonicSeconds() - begin;
      say(`step ${step} of ${plan.steps}, loss ${mean.toFixed(3)}, ${elapsed.toFixed(0)} s`);
    }
  });
  roundToFloat32(network);
  say(`test accuracy ${(100 * accuracyOn(network, test, exactWeights)).toFixed(2)} %`);
  writeFileSync(file, encodeModel(toOnnx(network, { name, side: test.side })));
}
