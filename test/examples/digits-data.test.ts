import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  calibrationCount,
  drawImages,
  type LabelledImages,
  type Split,
  testCount,
} from "../../examples/digits/dataset.ts";
import { encodeImages, encodeLabels } from "../../examples/digits/idx.ts";

const folder = new URL("../../examples/digits/", import.meta.url);
const committed = (name: string): Uint8Array => gunzipSync(readFileSync(new URL(name, folder)));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const splits: readonly { split: Split; count: number; images: string; labels: string }[] = [
  {
    split: "test",
    count: testCount,
    images: "f8e6dbb80a1393dc68d3d494becc2689a467e29da8d25c49d5e86228c20f3125",
    labels: "d8ad4ae11a53300c15576b9c49d6824ad554eec3955f863824fef8c08d68612e",
  },
  {
    split: "calibration",
    count: calibrationCount,
    images: "e839dc7fcdf5abea4c8dc58effbceb33bbb1dde2c05c1ebdae97a8cf86f47d8b",
    labels: "e5fafc91183476906031cdd19b2e54c0d1329a780a94bd9496d5c9f17f47fdee",
  },
];

describe.each(splits)("the $split split", ({ split, count, images, labels }) => {
  const drawn = drawImages(split, 0, count);

  test("has the bytes of its seed on every machine", () => {
    expect(sha256(encodeImages(drawn.pixels))).toBe(images);
    expect(sha256(encodeLabels(drawn.labels))).toBe(labels);
  });

  test("is what the committed files hold", () => {
    expect(sha256(committed(`digits-${split}-images-idx3-ubyte.gz`))).toBe(images);
    expect(sha256(committed(`digits-${split}-labels-idx1-ubyte.gz`))).toBe(labels);
  });

  test("has every digit about equally often", () => {
    const counts = Array.from({ length: 10 }, (_, digit) => drawn.labels.filter((l) => l === digit).length);
    expect(Math.min(...counts)).toBeGreaterThan(0.65 * (count / 10));
    expect(Math.max(...counts)).toBeLessThan(1.35 * (count / 10));
  });
});

describe("the images", () => {
  test("do not depend on how many are drawn at once", () => {
    const whole = drawImages("test", 0, 6);
    const part = drawImages("test", 4, 2);
    expect(part.pixels).toEqual(whole.pixels.slice(4 * 256));
    expect(part.labels).toEqual(whole.labels.slice(4));
  });

  test("of test, calibration and training share none", () => {
    const seen = [
      ...fingerprints(drawImages("test", 0, testCount)),
      ...fingerprints(drawImages("calibration", 0, calibrationCount)),
      ...fingerprints(drawImages("training", 0, 2000)),
    ];
    expect(new Set(seen).size).toBe(testCount + calibrationCount + 2000);
  });

  test("are stored in the MNIST format", () => {
    const file = committed("digits-test-images-idx3-ubyte.gz");
    expect([...file.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 7, 208, 0, 0, 0, 16, 0, 0, 0, 16]);
    expect([...committed("digits-test-labels-idx1-ubyte.gz").subarray(0, 8)]).toEqual([
      0, 0, 8, 1, 0, 0, 7, 208,
    ]);
  });
});

function fingerprints({ pixels, labels }: LabelledImages): string[] {
  return Array.from(labels, (_, i) => sha256(pixels.subarray(i * 256, (i + 1) * 256)));
}
