import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { weightCount } from "../../src/network/layer.ts";
import { decodeModel, encodeModel } from "../../src/network/onnx/codec.ts";
import { placeNetwork } from "../../src/network/placement.ts";
import { readNetwork } from "../../src/network/read.ts";
import { chipWith } from "./networks.ts";
import { realData } from "./real-data.ts";

const path = realData("resnet32/resnet32.onnx");

describe.skipIf(path === undefined)("the ResNet-32 of PyTorch's exporter", () => {
  const bytes = readFileSync(path ?? "/dev/null");

  it("has 34 analog layers with 361,722 weights, the 10 biases of fc included", () => {
    const network = readNetwork(bytes);
    expect(network.layers).toHaveLength(34);
    expect(weightCount(network.layers)).toBe(361_722);
    expect(network.layers.filter(({ biasInArray }) => biasInArray).map(({ name }) => name)).toEqual(["fc"]);
    expect(network.batchNorms).toHaveLength(33);
    expect(network.digitalLayers).toEqual([]);
    expect(network.input.shape).toEqual([3, 32, 32]);
  });

  it("has 361,712 weights in the array when the biases are digital", () => {
    expect(weightCount(readNetwork(bytes, { bias: "digital" }).layers)).toBe(361_712);
  });

  it("fits an array of 512 x 2048 in whole matrices", () => {
    const { layers } = readNetwork(bytes);
    expect(placeNetwork(layers, chipWith([{ rows: 512, columns: 2048 }])).tiles).toHaveLength(34);
  });

  it("survives decoding and encoding", () => {
    const model = decodeModel(bytes);
    expect(isDeepStrictEqual(decodeModel(encodeModel(model)), model)).toBe(true);
  });
});
