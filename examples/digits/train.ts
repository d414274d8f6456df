/** Trains the network of the demo and writes it as ONNX: `node dist/examples/digits/train.js [file]`. */

import { drawImages, testCount } from "./dataset.ts";
import { plan } from "./training/plan.ts";
import { trainAndWrite } from "./training/train-and-write.ts";

trainAndWrite(
  {
    name: "digits",
    plan,
    images: (first, count) => drawImages("training", first, count),
    test: drawImages("test", 0, testCount),
  },
  process.argv[2] ?? "examples/digits/digits.onnx",
);
