import { describe, expect, it } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { type Prng, seededPrng } from "../../src/core/prng.ts";
import { wilson95 } from "../../src/inference/accuracy.ts";
import { augmentImage, noAugmentation, parseAugment } from "../../src/inference/augment.ts";
import { inputBatch } from "../../src/inference/batches.ts";
import { firstImages } from "../../src/inference/image-set.ts";
import { byteTable, normalisations, parseNormalisation } from "../../src/inference/normalisation.ts";
import { assertDisjoint } from "../../src/inference/overlap.ts";
import { randomImages } from "./image-sets.ts";

/** A source of chance that says what it is told. */
const scripted = (integers: readonly number[], uniform: number): Prng => {
  const left = [...integers];
  return { below: () => left.shift() ?? 0, uniform: () => uniform, normal: () => 0 };
};

describe("normalisation", () => {
  it("knows its presets and reads numbers", () => {
    expect(parseNormalisation("imagenet")).toEqual(normalisations.imagenet);
    expect(parseNormalisation("0.5,0.4/0.2,0.1")).toEqual({ mean: [0.5, 0.4], std: [0.2, 0.1] });
    expect(parseNormalisation("0.1307/0.3081")).toEqual(normalisations.mnist);
  });

  it.each(["", "imagnet", "1,2/3", "0.5", "0.5/0", "0.5/0.1/0.2", "a/b", "0.5,/1,1"])(
    "refuses %j",
    (text) => {
      expect(() => parseNormalisation(text)).toThrow(LabError);
    },
  );

  it("maps bytes to (byte / 255 - mean) / std of their channel", () => {
    const images = { ...randomImages(seededPrng(1), 1, [2, 1, 2]), pixels: Uint8Array.of(0, 255, 51, 102) };
    const table = byteTable({ mean: [0.5, 0], std: [0.25, 0.1] }, 2);
    const [a, b, c, d] = inputBatch(images, [0], table);
    expect([a, b]).toEqual([-2, 2]);
    expect(c).toBeCloseTo(2, 5);
    expect(d).toBeCloseTo(4, 5);
  });

  it("refuses a normalisation for another number of channels", () => {
    expect(() => byteTable(normalisations.imagenet, 1)).toThrow("for 3 channels, the images have 1");
    expect(byteTable(normalisations.none, 3)[2 * 256 + 255]).toBe(1);
  });
});

describe("augmentation", () => {
  const shape = { channels: 1, height: 2, width: 3 };
  const image = Uint8Array.of(1, 2, 3, 4, 5, 6);

  it("is read from text", () => {
    expect(parseAugment("crop4,flip")).toEqual({ cropPixels: 4, flip: true });
    expect(parseAugment("flip")).toEqual({ cropPixels: 0, flip: true });
    expect(parseAugment("none")).toEqual(noAugmentation);
    for (const text of ["crop", "crop17", "rotate", "crop4;flip"]) {
      expect(() => parseAugment(text)).toThrow(LabError);
    }
  });

  it("shifts the image by up to the border, with black where it was not", () => {
    // Draws 2 and 0 of 0..2 are one pixel down and one to the left of the bordered image's centre.
    const moved = augmentImage(image, shape, { cropPixels: 1, flip: false }, scripted([2, 0], 0));
    expect([...moved]).toEqual([0, 4, 5, 0, 0, 0]);
  });

  it("mirrors each line of each channel", () => {
    const two = { ...shape, channels: 2, height: 1 };
    const mirrored = augmentImage(image, two, { cropPixels: 0, flip: true }, scripted([], 0.4));
    expect([...mirrored]).toEqual([3, 2, 1, 6, 5, 4]);
    const kept = augmentImage(image, two, { cropPixels: 0, flip: true }, scripted([], 0.6));
    expect([...kept]).toEqual([...image]);
  });

  it("reaches every shift and both directions, and repeats with its seed", () => {
    const run = (seed: number): string[] => {
      const prng = seededPrng(seed);
      return Array.from({ length: 400 }, () =>
        augmentImage(image, shape, { cropPixels: 1, flip: true }, prng).join(),
      );
    };
    expect(new Set(run(7)).size).toBe(18);
    expect(run(7)).toEqual(run(7));
  });
});

describe("the overlap of calibration and test images", () => {
  const test = randomImages(seededPrng(1), 20, [1, 3, 3]);

  it("is found by the pixels, and named", () => {
    const other = randomImages(seededPrng(2), 5, [1, 3, 3]);
    const pixels = Uint8Array.from([...other.pixels, ...firstImages(test, 3).pixels.subarray(9)]);
    const calibration = { ...other, count: 7, pixels, labels: new Uint8Array(7) };
    expect(() => assertDisjoint(calibration, test)).toThrow(
      "2 of 7 calibration images are test images (image 5 is test image 1)",
    );
  });

  it("is none between different images", () => {
    expect(() => assertDisjoint(randomImages(seededPrng(2), 20, [1, 3, 3]), test)).not.toThrow();
  });
});

describe("the Wilson interval", () => {
  it("agrees with published values", () => {
    // 81 of 263: 0.2553 to 0.3662 (R. G. Newcombe, Statist. Med. 17:857, 1998, table I, method 3); 0 of 20: 0 to 0.1611.
    const { low, high } = wilson95(81, 263);
    expect([low, high].map((bound) => Number(bound.toFixed(4)))).toEqual([0.2553, 0.3662]);
    expect(Number(wilson95(0, 20).high.toFixed(4))).toBe(0.1611);
    expect(wilson95(0, 20).low).toBe(0);
  });

  it("needs a count", () => {
    expect(() => wilson95(0, 0)).toThrow(TypeError);
    expect(() => wilson95(3, 2)).toThrow(TypeError);
  });
});
