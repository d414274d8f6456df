/** Trains the network of the demo and writes it as ONNX: `node dist/examples/digits/train.js [file]`. */

import { writeFileSync } from "node:fs";
import { systemClock } from "../../src/core/system-clock.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { drawImages, testCount } from "./dataset.ts";
import { accuracyOn } from "./training/accuracy.ts";
import { roundToFloat32, toOnnx } from "./training/export.ts";
import { exactWeights } from "./training/parameter.ts";
import { plan } from "./training/plan.ts";
import { trainNetwork } from "./training/train-network.ts";

const file = process.argv[2] ?? "examples/digits/digits.onnx";

const say = (line: string): void => void process.stderr.write(`${line}\n`);

say(JSON.stringify(plan));
const begin = systemClock.monotonicSeconds();
let mean = Number.NaN;
const network = trainNetwork(plan, (step, loss) => {
  mean = Number.isNaN(mean) ? loss : 0.98 * mean + 0.02 * loss;
  if (step % 100 === 0) {
    const elapsed = systemClock.monotonicSeconds() - begin;
    say(`step ${step} of ${plan.steps}, loss ${mean.toFixed(3)}, ${elapsed.toFixed(0)} s`);
  }
});
roundToFloat32(network);
const accuracy = accuracyOn(network, drawImages("test", 0, testCount), exactWeights);
say(`test accuracy ${(100 * accuracy).toFixed(2)} %`);
writeFileSync(file, encodeModel(toOnnx(network)));
