/** Products in the array, im2col included, beside those of ONNX Runtime: whole numbers, on a chip that multiplies exactly. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { arrayProduct } from "../../src/inference/array-product.ts";
import { digitalParameters, type Parameters, withParameters } from "../../src/inference/graph.ts";
import { openChipEngine } from "../../src/inference/on-chip/chip-engine.ts";
import { openSession, type SessionOptions } from "../../src/inference/session.ts";
import type { Network } from "../../src/network/layer.ts";
import {
  intAttribute,
  intsAttribute,
  type OnnxAttribute,
  type OnnxNode,
  onnxNode,
} from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import type { Tile } from "../../src/network/placement.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier } from "../network/networks.ts";
import { chipLayers, exactCore, exactDescriptor, placed } from "./exact-core.ts";

/** Input codes are the inputs themselves. */
const inputRange = 127;
const core = exactDescriptor(64, 32);

const whole = (count: number, largest: number, seed: number): number[] => {
  const random = seededPrng(seed);
  return Array.from({ length: count }, () => random.below(2 * largest + 1) - largest);
};

const auto = (value: string): OnnxAttribute => ({ name: "auto_pad", type: "string", value });

/** A network that is one convolution, its output flattened. */
function convolution(attributes: readonly OnnxAttribute[], weightDims: readonly number[]): Network {
  const weights = whole(
    weightDims.reduce((a, b) => a * b),
    3,
    1,
  );
  return networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "w", "b"], ["c"], { attributes }),
        onnxNode("Flatten", ["c"], ["scores"]),
      ],
      initializers: [
        floatTensor("w", weightDims, weights),
        floatTensor("b", [weightDims[0] ?? 0], whole(weightDims[0] ?? 0, 3, 2)),
      ],
      input: ["batch", 2, 7, 6],
      classes: 0,
    }),
  );
}

async function outputOf(
  network: Network,
  parameters: Parameters,
  shape: readonly number[],
  options: SessionOptions = {},
): Promise<{ values: number[]; dims: readonly number[] }> {
  const count = 5;
  const size = shape.reduce((a, b) => a * b);
  const session = await openSession(network, withParameters(network, parameters), { threads: 1, ...options });
  const outputs = await session.run(Float32Array.from(whole(count * size, 5, 3)), count, shape);
  await session.close();
  const { values = new Float32Array(), dims = [] } = outputs.get("scores") ?? {};
  return { values: [...values].map((value) => Math.round(value * 1e4) / 1e4 + 0), dims };
}

async function onChip(
  network: Network,
  shape: readonly number[],
  tiles: readonly Tile[],
  on: Descriptor = core,
) {
  const { chip, requests } = exactCore(on, network.layers, tiles);
  const options = { phases: 1, calibrationVectors: 64, random: seededPrng(4) } as const;
  const arrays = await openChipEngine(chip, chipLayers(network, tiles, inputRange), options);
  const products = network.layers.map(() => arrayProduct);
  const parameters = { ...digitalParameters(network), products };
  return {
    ...(await outputOf(network, parameters, shape, { arrays })),
    requests,
    accounts: arrays.accounts(),
  };
}

async function expectEqual(network: Network, shape: readonly number[], tiles = placed(network, core)) {
  const expected = await outputOf(network, digitalParameters(network), shape);
  const given = await onChip(network, shape, tiles);
  expect(given.dims).toEqual(expected.dims);
  expect(given.values).toEqual(expected.values);
  expect(new Set(expected.values).size).toBeGreaterThan(3);
}

describe("a convolution on the chip is that of ONNX Runtime", () => {
  it.each<readonly [string, readonly OnnxAttribute[]]>([
    ["without attributes", []],
    ["strided", [intsAttribute("strides", [2, 3])]],
    ["padded unequally", [intsAttribute("pads", [1, 0, 2, 3])]],
    ["dilated", [intsAttribute("dilations", [2, 1])]],
    [
      "strided, padded and dilated",
      [
        intsAttribute("strides", [2, 2]),
        intsAttribute("pads", [2, 1, 1, 2]),
        intsAttribute("dilations", [1, 2]),
      ],
    ],
    ["padded to the same size, odd pads last", [auto("SAME_UPPER"), intsAttribute("strides", [2, 2])]],
    ["padded to the same size, odd pads first", [auto("SAME_LOWER"), intsAttribute("strides", [2, 2])]],
    ["valid", [auto("VALID")]],
  ])("%s", (_, attributes) => expectEqual(convolution(attributes, [4, 2, 3, 2]), [2, 7, 6]));

  it("whatever the kernel, the strides, the pads and the dilations are", () => {
    const side = fc.integer({ min: 1, max: 3 });
    const pad = fc.integer({ min: 0, max: 2 });
    return fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side),
        fc.tuple(side, side),
        fc.tuple(pad, pad, pad, pad),
        fc.tuple(side, side),
        async (kernel, strides, pads, dilations) => {
          const attributes = [
            intsAttribute("strides", strides),
            intsAttribute("pads", pads),
            intsAttribute("dilations", dilations),
          ];
          await expectEqual(convolution(attributes, [4, 2, ...kernel]), [2, 7, 6]);
        },
      ),
      { numRuns: 20, seed: 7 },
    );
  });

  it("of one and of three spatial dimensions", async () => {
    for (const sizes of [[9], [3, 4, 5]]) {
      const kernel = sizes.map(() => 2);
      const weights = whole(3 * 2 * 2 ** sizes.length, 3, 5);
      const network = networkOf(
        classifier({
          nodes: [
            onnxNode("Conv", ["image", "w"], ["c"], {
              attributes: [
                intsAttribute(
                  "pads",
                  sizes.flatMap(() => [1, 1]),
                ),
              ],
            }),
            onnxNode("Flatten", ["c"], ["scores"]),
          ],
          initializers: [floatTensor("w", [3, 2, ...kernel], weights)],
          input: ["batch", 2, ...sizes],
          classes: 0,
        }),
      );
      await expectEqual(network, [2, ...sizes]);
    }
  });
});

/** Products of matrices: shape of one example, and the nodes. */
const matrices = (
  nodes: readonly OnnxNode[],
  weightDims: readonly number[],
  input: readonly number[],
): Network =>
  networkOf(
    classifier({
      nodes,
      initializers: [
        floatTensor("w", weightDims, whole((weightDims[0] ?? 0) * (weightDims[1] ?? 0), 3, 6)),
        floatTensor("b", [4], whole(4, 3, 7)),
      ],
      input: ["batch", ...input],
      classes: 4,
    }),
  );

describe("products of matrices on the chip are those of ONNX Runtime", () => {
  it.each([0, 1])("Gemm with transB %i, alpha and beta", (transB) => {
    const attributes: OnnxAttribute[] = [
      intAttribute("transB", transB),
      { name: "alpha", type: "float", value: 2 },
      { name: "beta", type: "float", value: 3 },
    ];
    const node = onnxNode("Gemm", ["image", "w", "b"], ["scores"], { attributes });
    return expectEqual(matrices([node], transB === 1 ? [4, 6] : [6, 4], [6]), [6]);
  });

  it("MatMul with a bias behind it", () =>
    expectEqual(
      matrices(
        [onnxNode("MatMul", ["image", "w"], ["m"]), onnxNode("Add", ["m", "b"], ["scores"])],
        [6, 4],
        [6],
      ),
      [6],
    ));

  it("MatMul with dimensions of its own before the rows", () =>
    expectEqual(
      matrices(
        [onnxNode("MatMul", ["image", "w"], ["m"]), onnxNode("Flatten", ["m"], ["scores"])],
        [6, 4],
        [3, 5, 6],
      ),
      [3, 5, 6],
    ));
});

describe("tiles", () => {
  const network = convolution([intsAttribute("pads", [1, 1, 1, 1])], [20, 2, 3, 3]);

  it("above and beside each other are put together", async () => {
    // 19 rows with the bias and 20 columns in arrays of 8 x 8: three above each other and three beside each other would be 9 tiles, and
    // one array has no room for them.
    const small = exactDescriptor(10, 7);
    const tiles = [...placed(network, exactDescriptor(64, 32))];
    expect(tiles).toHaveLength(4);
    const cut = tiles.flatMap((tile) => cutTile(tile, 10, 7));
    expect(cut.length).toBe(4 * 6);
    expect(small.arrays).toHaveLength(4);
    await expectEqual(network, [2, 7, 6], cut);
  });

  it("take their word lines in any order", async () => {
    const reversed = placed(network, core).map((tile) => ({
      ...tile,
      rowOrder: Uint16Array.from({ length: tile.rows }, (_, line) => (line * 7) % tile.rows),
    }));
    await expectEqual(network, [2, 7, 6], reversed);
  });

  it("get no more vectors at once than the chip takes, and each vector once", async () => {
    const few = exactDescriptor(64, 32, 50);
    const tiles = placed(network, few);
    const { requests, accounts } = await onChip(network, [2, 7, 6], tiles, few);
    const sizes = requests.map(({ cells, inputs }) => inputs.length / cells.rows);
    expect(Math.max(...sizes)).toBe(50);
    expect(sizes.reduce((a, b) => a + b)).toBe(accounts[0]?.mvms);
    expect(accounts[0]?.outputs).toBe(5 * 42 * 20);
  });

  it("on bit lines of one array are refused by the name of their layer", async () => {
    const tiles = placed(network, core)
      .map((tile) => ({ ...tile, devices: [0, 1, 2, 3] }))
      .slice(0, 1);
    await expect(onChip(network, [2, 7, 6], tiles)).rejects.toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining('layer "c" does not lie in the unit cells'),
    });
  });
});

/** A tile of unit cells in pieces of at most rows x columns. */
function cutTile(tile: Tile, rows: number, columns: number): Tile[] {
  const starts = (total: number, step: number) =>
    Array.from(
      { length: Math.ceil(total / step) },
      (_, n) => [n * step, Math.min(step, total - n * step)] as const,
    );
  return starts(tile.rows, rows).flatMap(([row, height]) =>
    starts(tile.columns, columns).map(([column, width]) => ({
      ...tile,
      firstRow: tile.firstRow + row,
      firstColumn: tile.firstColumn + column,
      rows: height,
      columns: width,
      region: {
        ...tile.region,
        row: tile.region.row + row,
        column: tile.region.column + column,
        rows: height,
        columns: width,
      },
    })),
  );
}

describe("the calibration of the products", () => {
  const network = convolution([], [6, 2, 3, 3]);

  it("takes gain and offset of the converters out again", async () => {
    const tiles = placed(network, core);
    const converter = (column: number) => ({ gain: 1 + 0.05 * (column - 3), offset: 2 * column - 5 });
    const { chip } = exactCore(core, network.layers, tiles, converter);
    const options = { phases: 1, calibrationVectors: 64, random: seededPrng(4) } as const;
    const arrays = await openChipEngine(chip, chipLayers(network, tiles, inputRange), options);
    const [calibration] = arrays.accounts()[0]?.calibrations ?? [];
    for (let column = 0; column < 6; column++) {
      expect(calibration?.scale[column]).toBeCloseTo(converter(column).gain, 3);
      expect(calibration?.offsetCodes[column]).toBeCloseTo(converter(column).offset, 0);
    }
    const products = network.layers.map(() => arrayProduct);
    const parameters = { ...digitalParameters(network), products };
    const given = await outputOf(network, parameters, [2, 7, 6], { arrays });
    const expected = await outputOf(network, digitalParameters(network), [2, 7, 6]);
    // Codes are rounded after the gain, to half a code of it.
    given.values.forEach((value, n) => {
      expect(Math.abs(value - (expected.values[n] ?? Number.NaN))).toBeLessThan(1.2);
    });
  });
});
