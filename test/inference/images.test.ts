import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageAt } from "../../src/inference/image-set.ts";
import { readImages } from "../../src/inference/images.ts";
import { realData } from "../network/real-data.ts";
import { idx } from "./image-sets.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pcmlab-images-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const cifar = (labels: readonly number[]): Uint8Array =>
  Uint8Array.from(labels.flatMap((label) => [label, ...Array.from({ length: 3072 }, (_, k) => k % 251)]));

const images = idx(0x803, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = idx(0x801, [2], [7, 9]);

describe("reading images", () => {
  it("reads CIFAR-10 binary files, and only as many as asked for", async () => {
    const path = file("batch.bin", cifar([3, 9, 0]));
    const set = await readImages(path);
    expect(set).toMatchObject({ count: 3, channels: 3, height: 32, width: 32, classes: 10 });
    expect([...set.labels]).toEqual([3, 9, 0]);
    expect(imageAt(set, 2)[300]).toBe(300 % 251);
    expect(await readImages(path, { limit: 2 })).toMatchObject({ count: 2, labels: Uint8Array.of(3, 9) });
  });

  it("reads gzipped IDX images and finds their labels by name", async () => {
    file("t-labels-idx1-ubyte.gz", gzipSync(labels));
    const set = await readImages(file("t-images-idx3-ubyte.gz", gzipSync(images)));
    expect(set).toMatchObject({ count: 2, channels: 1, height: 2, width: 3 });
    expect([...imageAt(set, 1)]).toEqual([7, 8, 9, 10, 11, 12]);
    expect([...set.labels]).toEqual([7, 9]);
  });

  it("takes the labels that it is given", async () => {
    const path = file("digits", images);
    const set = await readImages(path, { labels: file("names", labels) });
    expect([...set.labels]).toEqual([7, 9]);
    await expect(readImages(path)).rejects.toMatchObject({
      code: "BAD_DATA",
      message: expect.stringContaining("its name does not tell where the labels are"),
    });
  });

  it.each([
    ["a cut CIFAR-10 file", cifar([1]).subarray(0, 3000), "3000 bytes is not a multiple of 3073"],
    ["an empty file", new Uint8Array(), "0 bytes is not a multiple of 3073"],
    ["a label above 9", cifar([1, 10]), "label 10 of image 1 is not 0 to 9"],
    ["damaged gzip", gzipSync(images).subarray(0, 30), "cannot read"],
  ])("refuses %s with what is wrong", async (name, bytes, message) => {
    await expect(readImages(file(name, bytes))).rejects.toMatchObject({
      code: "BAD_DATA",
      message: expect.stringContaining(message),
    });
  });

  it("refuses labels for another number of images", async () => {
    const path = file("other", images);
    const few = file("few", idx(0x801, [1], [7]));
    await expect(readImages(path, { labels: few })).rejects.toMatchObject({
      message: `${few}: 1 labels for 2 images`,
    });
  });

  it("refuses a missing file and a senseless limit", async () => {
    await expect(readImages(join(folder, "none.bin"))).rejects.toMatchObject({ code: "BAD_DATA" });
    const path = file("one.bin", cifar([1]));
    await expect(readImages(path, { limit: 0 })).rejects.toMatchObject({ code: "BAD_DATA" });
  });

  const mnist = realData("mnist/t10k-images-idx3-ubyte.gz");
  it.skipIf(mnist === undefined)("reads MNIST", async () => {
    const set = await readImages(mnist ?? "");
    expect(set).toMatchObject({ count: 10_000, channels: 1, height: 28, width: 28 });
    expect([...set.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });
});
