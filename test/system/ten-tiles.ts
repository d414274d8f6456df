/**
 * A network of ten tiles for runs that are disturbed between two tiles and in the middle of one: 1x1 convolutions, of which the seventh has
 * 4x4 kernels, and so four bands.
 */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { intsAttribute, onnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { folder } from "./command.ts";

const channels = 16;
const kernelSides = [1, 1, 1, 1, 1, 1, 4, 1, 1, 1];

export const tileCount = kernelSides.length;

const weightCount = (side: number): number => channels * channels * side * side;

/** Two for each weight. */
export const deviceCount = 2 * kernelSides.reduce((sum, side) => sum + weightCount(side), 0);

const network = encodeModel(
  onnxModel({
    name: "ten",
    nodes: [
      ...kernelSides.map((side, n) =>
        onnxNode("Conv", [`x${n}`, `w${n}`], [`x${n + 1}`], {
          name: `layer${n}`,
          attributes: [intsAttribute("kernel_shape", [side, side])],
        }),
      ),
      onnxNode("Flatten", [`x${tileCount}`], ["scores"]),
    ],
    inputs: [{ name: "x0", type: "float32", shape: ["batch", channels, 4, 4] }],
    outputs: [{ name: "scores", type: "float32", shape: ["batch", channels] }],
    initializers: kernelSides.map((side, n) =>
      floatTensor(
        `w${n}`,
        [channels, channels, side, side],
        Float32Array.from({ length: weightCount(side) }, (_, i) => Math.sin(i + n)),
      ),
    ),
  }),
);

/** A new folder with ten.onnx. */
export async function folderOfTenTiles(): Promise<string> {
  const cwd = await folder();
  await writeFile(join(cwd, "ten.onnx"), network);
  return cwd;
}
