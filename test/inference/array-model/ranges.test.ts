/** Ranges of converters against sorted values, and against what the host computes from the same images. */

import { describe, expect, it } from "vitest";
import { seededPrng } from "../../../src/core/prng.ts";
import { conversionsOf } from "../../../src/inference/array-model/conversions.ts";
import {
  parseInputRange,
  rangeOfMagnitudes,
  rangeText,
  usualRange,
} from "../../../src/inference/array-model/input-range.ts";
import { Magnitudes } from "../../../src/inference/array-model/magnitudes.ts";
import { calibrateRanges } from "../../../src/inference/array-model/ranges.ts";
import { imageAt } from "../../../src/inference/image-set.ts";
import { parseNormalisation } from "../../../src/inference/normalisation.ts";
import { chipWith } from "../../network/networks.ts";
import { randomImages } from "../image-sets.ts";
import { connected, convolution, convolutionPatches, idealArrays } from "./layers.ts";

describe("magnitudes", () => {
  it.each([0.5, 0.9, 0.999, 1])("have the quantile %f of their sorted values, to a 256th", (part) => {
    const prng = seededPrng(4);
    const values = Float32Array.from(
      { length: 20_000 },
      () => prng.normal() * 10 ** (4 * prng.uniform() - 2),
    );
    const magnitudes = new Magnitudes();
    magnitudes.add(values.subarray(0, 7000));
    magnitudes.add(values.subarray(7000));
    const sorted = values.map(Math.abs).sort();
    const expected = sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
    expect(magnitudes.quantile(part) / expected).toBeGreaterThanOrEqual(1);
    expect(magnitudes.quantile(part) / expected).toBeLessThan(1 + 1 / 256);
    expect(magnitudes.largest()).toBe(sorted.at(-1));
  });

  it("leave out what is not finite, and are 0 without values", () => {
    const magnitudes = new Magnitudes();
    expect([magnitudes.quantile(0.9), magnitudes.largest(), magnitudes.rms()]).toEqual([0, 0, 0]);
    magnitudes.add(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -3, 4, 0));
    expect(magnitudes.largest()).toBe(4);
    expect(magnitudes.rms()).toBeCloseTo(Math.sqrt(25 / 3), 6);
  });

  it("make a range of 1 where there is nothing but zeros", () => {
    const zeros = new Magnitudes();
    zeros.add(new Float32Array(5));
    for (const text of ["quantile:0.9", "max", "std:3"])
      expect(rangeOfMagnitudes(parseInputRange(text), zeros)).toBe(1);
  });
});

describe("an input range", () => {
  it.each(["quantile:0.99995", "quantile:1", "max", "std:3"])("is written as %s", (text) => {
    expect(rangeText(parseInputRange(text))).toBe(text);
  });

  it.each(["quantile", "quantile:0", "quantile:1.1", "max:3", "std:-1", "std:", "mean:2", ""])(
    "is refused: %s",
    (text) => {
      expect(() => parseInputRange(text)).toThrow("is no range");
    },
  );
});

describe("calibrated ranges", () => {
  const normalisation = parseNormalisation("0/1");
  const chip = chipWith(Array.from({ length: 8 }, () => ({ rows: 7, columns: 8 })));
  const images = randomImages(seededPrng(3), 30, [3, 7, 6]);
  const options = () => ({ normalisation, threads: 1, prng: seededPrng(1) });
  const max = parseInputRange("max");

  it("are those of the inputs and of every conversion, in siemens of a full input", async () => {
    const network = convolution();
    const [layer] = network.layers;
    const arrays = idealArrays(network, chip);
    const [own] = arrays;
    if (layer === undefined || own === undefined) throw new Error("no layer");
    const { inputs, outputsSiemens } = await calibrateRanges(network, arrays, images, {
      ...options(),
      range: max,
    });
    expect(inputs).toEqual([1]);
    const rows = Array.from({ length: images.count }, (_, k) =>
      convolutionPatches(Float32Array.from(imageAt(images, k), (byte) => byte / 255)),
    ).flat();
    const expected = conversionsOf(own.tiles).map((conversion) => {
      let largest = 0;
      for (const patch of rows)
        for (let column = 0; column < layer.columns; column++) {
          let sum = 0;
          for (let row = conversion.firstRow; row < conversion.firstRow + conversion.rows; row++)
            sum += (patch[row] ?? 0) * (layer.weights[row * layer.columns + column] ?? 0);
          largest = Math.max(largest, Math.abs(sum) * (own.siemensPerWeight[column] ?? 0));
        }
      return largest;
    });
    expect(expected.length).toBeGreaterThan(1);
    outputsSiemens[0]?.forEach((value, k) => {
      expect(value / (expected[k] ?? Number.NaN)).toBeCloseTo(1, 4);
    });
  });

  it("are at least 1 where the row of the bias is driven, and else what the inputs need", async () => {
    const flat = { ...randomImages(seededPrng(3), 30, [1, 1, 10]), channels: 1 };
    const faint = parseNormalisation("0/4");
    for (const [kind, range] of [
      ["gemm", 1],
      ["matmul", 0.25],
    ] as const) {
      const network = connected(kind);
      const how = { ...options(), normalisation: faint, range: max };
      const { inputs } = await calibrateRanges(network, idealArrays(network, chip), flat, how);
      expect(inputs[0]).toBeCloseTo(range, 2);
    }
  });

  it("of outputs are the converter's own where the chip has one", async () => {
    const network = convolution();
    const arrays = idealArrays(network, chip);
    const ranges = await calibrateRanges(network, arrays, images, { ...options(), fullScaleSiemens: 2e-4 });
    expect(new Set(ranges.outputsSiemens[0])).toEqual(new Set([2e-4]));
    expect(usualRange).toEqual({ kind: "quantile", part: 0.99995 });
  });
});
