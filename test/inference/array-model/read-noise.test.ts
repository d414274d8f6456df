/** Laws of read noise against the published values, and the noise of products against the sum over their devices. */

import { describe, expect, it } from "vitest";
import type { LayerArray } from "../../../src/inference/array-model/model.ts";
import { modelledProducts } from "../../../src/inference/array-model/modelled-products.ts";
import {
  parseReadNoise,
  type ReadNoiseLaw,
  readNoiseText,
  sigmaOf,
} from "../../../src/inference/array-model/read-noise.ts";
import type { Network } from "../../../src/network/layer.ts";
import { chipWith, coreOf } from "../../network/networks.ts";
import {
  connected,
  convolution,
  convolutionPatches,
  idealArrays,
  outputsOf,
  uniformInputs,
} from "./layers.ts";

const sigmaSiemens = (law: ReadNoiseLaw, siemens: number): number => sigmaOf(law)(siemens);

describe("laws of read noise", () => {
  it.each([
    // FACTS.md 7.1: sigma_r / G at t_inf 5 s and 1 d, where time is counted from 20 s on.
    [0.1, 25, 0.166],
    [0.5, 25, 0.058],
    [1, 86_420, 0.045],
    [0.3, 86_420, 0.098],
  ])("are those of PCMLikeNoiseModel at g = %f after %f s", (g, seconds, relative) => {
    const siemens = g * 25e-6;
    expect(sigmaSiemens({ name: "pcm", seconds }, siemens) / siemens).toBeCloseTo(relative, 3);
  });

  it("have Q_s of HermesNoiseModel, whose two pieces meet", () => {
    const q = (g: number): number =>
      sigmaSiemens({ name: "hermes", seconds: 512e-9 * (2 * Math.E - 1) }, g * 10.35e-6) / (g * 10.35e-6);
    expect(q(1)).toBeCloseTo(0.0664 - 0.1352 + 0.0768 + 0.0088, 9);
    expect(q(0.001)).toBeCloseTo(0.04, 9);
    expect(q(0.159)).toBeCloseTo(q(0.1592), 3);
  });

  it("have slope and offset of a read pulse", () => {
    // At 1 ns the logarithm is 0 and the constants of the polynomials are left: 0.0258 x 10 µS + 0.1178 µS.
    const noise = sigmaSiemens({ name: "pulse", seconds: 1e-9 }, 10e-6);
    expect(noise).toBeCloseTo(0.02578764 * 10e-6 + 1.17763144e-7, 12);
    expect(sigmaSiemens({ name: "pulse", seconds: 1e-6 }, 10e-6)).toBeLessThan(noise);
  });

  it("vanish with the conductance, and below 0", () => {
    for (const name of ["pcm", "hermes"] as const)
      for (const siemens of [0, -1e-6]) expect(sigmaSiemens({ name, seconds: 1 }, siemens)).toBe(0);
  });

  it("are written as name and time", () => {
    expect(parseReadNoise("pcm")).toEqual({ name: "pcm", seconds: 26e-6 });
    expect(parseReadNoise("pulse:65ns")).toEqual({ name: "pulse", seconds: 65e-9 });
    expect(readNoiseText(parseReadNoise("hermes:1ms"))).toBe("hermes:1ms");
  });

  it.each([
    ["gauss", 'there is no law "gauss"'],
    ["pcm:1s:2", 'there is no law "pcm:1s:2"'],
    ["pcm:100ns", "noise of a time not longer than a read"],
  ])("are refused: %s", (text, message) => {
    expect(() => parseReadNoise(text)).toThrow(message);
  });
});

const count = 400;
const law = parseReadNoise("pcm:1ms");
const small = chipWith(Array.from({ length: 8 }, () => ({ rows: 7, columns: 8 })));

/** The same inputs again and again. */
const repeated = (one: Float32Array): Float32Array =>
  Float32Array.from({ length: one.length * count }, (_, k) => one[k % one.length]!);

/** sum over rows of input^2 x sum over devices of (sigma(G) / beta)^2, of one column; two devices a weight on bit lines side by side. */
function varianceOf(
  { tiles, conductances, siemensPerWeight }: LayerArray,
  rows: readonly number[],
  column: number,
) {
  let variance = 0;
  tiles.forEach((tile, index) => {
    const at = column - tile.firstColumn;
    if (at < 0 || at >= tile.columns) return;
    for (let line = 0; line < tile.rows; line++)
      for (let device = 0; device < tile.devices.length; device++) {
        const cell = (line * tile.columns + at) * tile.devices.length + device;
        const sigma = sigmaSiemens(law, conductances[index]?.[cell] ?? 0) / (siemensPerWeight[column] ?? 1);
        variance += (rows[tile.firstRow + line] ?? 0) ** 2 * sigma ** 2;
      }
  });
  return variance;
}

interface Case {
  readonly network: Network;
  readonly input: Float32Array;
  readonly rowsAt: (position: number) => readonly number[];
  readonly positions: number;
}

const convolved = uniformInputs(5, 126);
const fed = uniformInputs(6, 10);
const cases: readonly (readonly [string, Case])[] = [
  ...[9, 13].map((opset) => {
    const rowsAt = (position: number): number[] => convolutionPatches(convolved)[position] ?? [];
    return [
      `a convolution of opset ${opset}`,
      { network: convolution(opset), input: convolved, rowsAt, positions: 20 },
    ] as const;
  }),
  ...(["gemm", "matmul"] as const).map(
    (kind) =>
      [kind, { network: connected(kind), input: fed, rowsAt: () => [...fed, 1], positions: 1 }] as const,
  ),
];

describe("the noise of products", () => {
  it.each(cases)(
    "has mean 0 and the variance of its devices: %s",
    async (_, { network, input, rowsAt, positions }) => {
      const arrays = idealArrays(network, small);
      const [own] = arrays;
      const columns = network.layers[0]?.columns ?? 0;
      if (own === undefined) throw new Error("no array");
      const batch = repeated(input);
      const exact = await outputsOf(network, undefined, batch, count);
      const noisy = await outputsOf(
        network,
        modelledProducts(network, arrays, { readNoise: law }, undefined, 7),
        batch,
        count,
      );
      const size = columns * positions;
      let chiSquare = 0;
      for (let at = 0; at < size; at++) {
        const variance = varianceOf(own, rowsAt(at % positions), Math.floor(at / positions));
        const noise = Array.from({ length: count }, (__, k) => noisy[k * size + at]! - exact[k * size + at]!);
        const mean = noise.reduce((sum, value) => sum + value, 0) / count;
        const measured = noise.reduce((sum, value) => sum + value ** 2, 0) / count;
        // Five standard errors of a mean and of a variance of so many normal values.
        expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / count));
        expect(Math.abs(measured / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
        chiSquare += measured / variance / size;
      }
      // All together, four.
      expect(Math.abs(chiSquare - 1)).toBeLessThan(4 * Math.sqrt(2 / (count * size)));
    },
  );

  it("of different positions, columns and images is uncorrelated", async () => {
    const network = convolution();
    const arrays = idealArrays(network, small);
    const batch = repeated(convolved);
    const exact = await outputsOf(network, undefined, batch, count);
    const products = modelledProducts(network, arrays, { readNoise: law }, undefined, 8);
    const noisy = await outputsOf(network, products, batch, count);
    const noise = (k: number): number => (noisy[k] ?? 0) - (exact[k] ?? 0);
    for (const apart of [1, 5, 20, 80]) {
      const pairs = noisy.length - apart;
      let [product, squares] = [0, 0];
      for (let k = 0; k < pairs; k++) {
        product += noise(k) * noise(k + apart);
        squares += noise(k) ** 2;
      }
      expect(Math.abs(product / squares)).toBeLessThan(4 / Math.sqrt(pairs));
    }
  });

  it("is new in every run of a session, and the same with the same seed", async () => {
    const network = connected("gemm");
    const arrays = idealArrays(network, small);
    const batch = repeated(fed);
    const run = (seed: number) =>
      outputsOf(
        network,
        modelledProducts(network, arrays, { readNoise: law }, undefined, seed),
        batch,
        count,
      );
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    expect(first.subarray(0, 3)).not.toEqual(first.subarray(3, 6));
  });

  it("of unit cells counts all their devices", async () => {
    const network = connected("gemm");
    const [four] = idealArrays(network, coreOf(16, 8), { devicesPerWeight: 4, layout: "unit-cells" });
    if (four === undefined) throw new Error("no array");
    const conductances = four.conductances.map((cells) => cells.map(() => 10e-6));
    const batch = repeated(fed);
    const exact = await outputsOf(network, undefined, batch, count);
    const products = modelledProducts(network, [{ ...four, conductances }], { readNoise: law }, undefined, 3);
    const noisy = await outputsOf(network, products, batch, count);
    const inputs = fed.reduce((sum, value) => sum + value ** 2, 1);
    const variance = (inputs * 4 * sigmaSiemens(law, 10e-6) ** 2) / (four.siemensPerWeight[0] ?? 1) ** 2;
    const measured = noisy.reduce((sum, value, k) => sum + (value - (exact[k] ?? 0)) ** 2, 0) / noisy.length;
    expect(Math.abs(measured / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / noisy.length));
  });
});
