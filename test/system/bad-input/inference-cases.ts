/** Bad input: inference. */

import { type Case, images, infer, program } from "./case.ts";

export const inference: readonly Case[] = [
  {
    phrase: "shapes that do not fit the images",
    words: (world) => infer(world, "idle.db", ...images(world, "wide")),
    code: "BAD_DATA",
    says: /takes 1 x 4 x 4, the images are 1 x 5 x 5/,
  },
  {
    phrase: "wrong number of classes",
    words: (world) => infer(world, "idle.db", ...images(world, "many")),
    code: "BAD_DATA",
    says: /3 classes, the images have labels up to 6/,
  },
  {
    phrase: "labels missing",
    words: (world) => infer(world, "idle.db", ...images(world, "bare")),
    code: "BAD_DATA",
    says: /there is no file .*bare-labels-idx1-ubyte/,
  },
  {
    phrase: "NaN weights",
    words: ({ file }) => ["network", "show", file("nan.onnx")],
    code: "BAD_NETWORK",
    says: /weight of row 4, column 0 is NaN/,
  },
  {
    phrase: "an external-data file that is missing",
    words: (world) => program(world, "external.onnx"),
    code: "BAD_NETWORK",
    says: /outside the network file, in "weights\.bin"/,
  },
  {
    phrase: "an external-data file that points outside its folder",
    words: (world) => program(world, "escaping.onnx"),
    code: "BAD_NETWORK",
    says: /outside the network file, in "\.\.\/\.\.\/etc\/passwd"/,
  },
  {
    phrase: "an engine that the chip does not offer",
    words: (world) =>
      infer(
        world,
        "idle.db",
        ...[...images(world, "good"), "--layers", "fc=chip", "--chip", world.board],
        ...["--calibration-images", world.file("training-images-idx3-ubyte")],
      ),
    code: "LIMIT",
    says: /does no MVM in its array/,
  },
  {
    phrase: "a store in which some layer was never programmed",
    file: "cli/infer-refusals.test.ts",
    test: "of which a layer was never programmed",
  },
  {
    phrase: "a store in which some layer was never read at the asked time",
    words: (world) => infer(world, "idle.db", ...images(world, "good"), "--at", "7d"),
    code: "STORE_CONTENT",
    says: /7 d/,
  },
];
