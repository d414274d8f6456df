/** Trains a small network on MNIST and writes it as ONNX: `node dist/examples/mnist/train.js [folder of MNIST] [file]`. */

import { trainAndWrite } from "../digits/training/train-and-write.ts";
import { defaultFolder, labelled, mnistImages, streamOf } from "./dataset.ts";
import { plan } from "./plan.ts";

const [folder = defaultFolder, file = "examples/mnist/mnist.onnx"] = process.argv.slice(2);

trainAndWrite(
  {
    name: "mnist",
    plan,
    images: streamOf(await mnistImages(folder, "train"), plan.seed),
    test: labelled(await mnistImages(folder, "t10k", 2000)),
  },
  file,
);
