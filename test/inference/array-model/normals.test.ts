/** Normal numbers from the table in outputs of any size. */

import { describe, expect, it } from "vitest";
import { seededPrng } from "../../../src/core/prng.ts";
import { normals, normalTable } from "../../../src/inference/array-model/normals.ts";
import { openSession } from "../../../src/inference/session.ts";
import { onnxModel, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor, tensorValues } from "../../../src/network/onnx/tensor.ts";
import { networkOf } from "../../../src/network/read.ts";
import { classifier } from "../../network/networks.ts";

const table = normalTable(seededPrng(1));

/** Two runs of one session. */
async function drawn(width: number, count: number, opset = 13): Promise<Float32Array[]> {
  const { nodes, tensors } = normals({ opset, table, seed: 7, like: "image", to: "scores" });
  const model = onnxModel(
    {
      nodes,
      initializers: tensors,
      inputs: [{ name: "image", type: "float32", shape: ["batch", width] }],
      outputs: [{ name: "scores", type: "float32", shape: ["batch", width] }],
    },
    { opset },
  );
  const session = await openSession(any, model, { threads: 1 });
  try {
    const run = async (): Promise<Float32Array> => {
      const outputs = await session.run(new Float32Array(count * width), count, [width]);
      return outputs.get("scores")?.values ?? new Float32Array();
    };
    return [await run(), await run()];
  } finally {
    await session.close();
  }
}

/** Sessions take the name of their input from a network. */
const any = networkOf(
  classifier({
    nodes: [onnxNode("MatMul", ["image", "w"], ["scores"])],
    initializers: [floatTensor("w", [2, 2], [1, 2, 3, 4])],
    input: ["batch", 2],
    classes: 2,
  }),
);

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe("normal numbers from a table", () => {
  it("have mean 0 and variance 1 over the table, and every line with the other sign as well", () => {
    const values = tensorValues(table);
    const half = values.length / 2;
    expect(mean(values.subarray(0, half))).toBeCloseTo(0, 6);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 5);
    expect(values.subarray(half).every((value, place) => value === -(values[place] ?? 0))).toBe(true);
  });

  // Lines of 1, 2, 32 and 128 values.
  it.each([
    [3, 6667],
    [2, 10_001],
    [32, 625],
    [128, 160],
    [10, 1],
  ])("are standard normal in outputs %i wide of %i rows", async (width, count) => {
    for (const values of await drawn(width, count)) {
      const size = width * count;
      expect(values.length).toBe(size);
      // Four standard errors.
      expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(size));
      expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(2 / size));
    }
  });

  it("are other ones in the next run", async () => {
    const [first, second] = await drawn(64, 100);
    let product = 0;
    first?.forEach((value, place) => {
      product += value * (second?.[place] ?? 0);
    });
    expect(Math.abs(product / 6400)).toBeLessThan(4 / Math.sqrt(6400));
  });

  it("come from ONNX Runtime itself before opset 10", async () => {
    const [values = new Float32Array()] = await drawn(10, 1000, 9);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(2 / 10_000));
  });
});
