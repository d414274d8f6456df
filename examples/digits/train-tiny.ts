/** Trains the network of the tutorial, which fits the profile `tiny`, and writes it as ONNX: `node dist/examples/digits/train-tiny.js [file]`. */

import { drawImages, testCount } from "./dataset.ts";
import { tinyPlan } from "./training/plan.ts";
import { trainAndWrite } from "./training/train-and-write.ts";

trainAndWrite(
  {
    name: "tiny",
    plan: tinyPlan,
    images: (first, count) => drawImages("training", first, count),
    test: drawImages("test", 0, testCount),
  },
  process.argv[2] ?? "examples/digits/tiny.onnx",
);
