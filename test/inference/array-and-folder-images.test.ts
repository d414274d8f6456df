/** Images that NumPy saved, and folders of pictures. */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { imageAt } from "../../src/inference/image-set.ts";
import { readImages } from "../../src/inference/images.ts";
import { decodeNpy } from "../../src/inference/npy.ts";
import { freshPath } from "../store/temp-folder.ts";

/** As `numpy.save` writes it. */
function npy(
  type: string,
  shape: readonly number[],
  data: Uint8Array,
  { order = "False", version = 1 } = {},
) {
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape.join(", ")},), }`;
  const head = version === 1 ? 10 : 12;
  const header = text.padEnd(Math.ceil((head + text.length + 1) / 64) * 64 - head - 1).concat("\n");
  const bytes = Buffer.alloc(head);
  bytes.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  if (version === 1) bytes.writeUInt16LE(header.length, 8);
  else bytes.writeUInt32LE(header.length, 8);
  return Buffer.concat([bytes, Buffer.from(header), data]);
}

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, n) => n);
const long = (...values: number[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);

function saved(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = dirname(freshPath());
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe("arrays of NumPy", () => {
  it.each([
    ["grey", [2, 2, 3], [1, 2, 3], [6, 7, 8, 9, 10, 11]],
    ["channels first", [2, 3, 1, 2], [3, 1, 2], [6, 7, 8, 9, 10, 11]],
    ["channels last", [2, 2, 1, 3], [3, 2, 1], [6, 9, 7, 10, 8, 11]],
  ])("are images: %s", async (_, shape, [channels, height, width], second) => {
    const folder = saved({
      "x_test.npy": npy("|u1", shape, bytes(12)),
      "y_test.npy": npy("<i8", [2], long(4, 200)),
    });
    const set = await readImages(join(folder, "x_test.npy"));
    expect(set).toMatchObject({ count: 2, channels, height, width, labels: Uint8Array.of(4, 200) });
    expect([...imageAt(set, 1)]).toEqual(second);
  });

  it.each([
    ["floats", npy("<f4", [2, 2, 3], bytes(48)), /elements are <f4/],
    ["an order of columns", npy("|u1", [2, 2, 3], bytes(12), { order: "True" }), /Fortran order/],
    ["too few bytes", npy("|u1", [2, 2, 3], bytes(11)), /11 bytes are not 2 x 2 x 3/],
    ["four channels", npy("|u1", [1, 4, 1, 4], bytes(16)), /which axis holds 1 or 3 channels/],
    ["a header that is cut off", npy("|u1", [2, 2, 3], bytes(12)).subarray(0, 40), /header is cut off/],
    ["larger numbers", npy("<u2", [2, 1, 1], bytes(4)), /not bytes of 0 to 255/],
  ])("of %s are refused", async (_, file, message) => {
    const folder = saved({ "images.npy": file, "labels.npy": npy("|u1", [2], bytes(2)) });
    await expect(readImages(join(folder, "images.npy"))).rejects.toMatchObject({
      code: "BAD_DATA",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ["of another count", npy("|u1", [3], bytes(3)), /labels of shape 3 for 2 images/],
    ["below 0", npy("<i8", [2], long(1, -1)), /label -1 of image 1/],
    ["above 255", npy("<i8", [2], long(256, 0)), /label 256 of image 0/],
  ])("with labels %s are refused", async (_, labels, message) => {
    const folder = saved({ "images.npy": npy("|u1", [2, 2, 3], bytes(12)), "labels.npy": labels });
    await expect(readImages(join(folder, "images.npy"))).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  test.each([1, 2, 3])("of version %d are read, and every cut of one is refused", (version) => {
    const whole = npy("<i8", [2, 1], long(7, -9), { version });
    expect(decodeNpy(whole, "whole")).toEqual({ shape: [2, 1], values: Int32Array.of(7, -9) });
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeNpy(whole.subarray(0, length), "cut")).toThrow(
        expect.objectContaining({ code: "BAD_DATA" }),
      );
  });

  const numpy = hasNumpy();
  it.skipIf(!numpy)("are read as NumPy itself saves them", async () => {
    const folder = dirname(freshPath());
    const script = [
      "import numpy as n",
      "n.save('x_a.npy', n.arange(24, dtype=n.uint8).reshape(2, 2, 2, 3))",
      "n.save('y_a.npy', n.array([1, 0]))",
    ].join("\n");
    execFileSync("python3", ["-c", script], { cwd: folder });
    const set = await readImages(join(folder, "x_a.npy"));
    expect(set).toMatchObject({ count: 2, channels: 3, height: 2, width: 2 });
    expect([...imageAt(set, 0)]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  });
});

describe("a folder of pictures", () => {
  const picture = (width: number, height: number, red: number) =>
    sharp({ create: { width, height, channels: 3, background: { r: red, g: 20, b: 30 } } });
  const grey = (value: number) =>
    sharp(Buffer.alloc(6, value), { raw: { width: 3, height: 2, channels: 1 } }).toColourspace("b-w");

  it("is classes by the names of its folders", async () => {
    const folder = saved({
      "dog/2.png": await picture(3, 2, 200).png().toBuffer(),
      "dog/10.jpg": await picture(3, 2, 100).jpeg({ quality: 100 }).toBuffer(),
      "cat/1.png": await grey(9).png().toBuffer(),
      "cat/notes.txt": Buffer.from("no picture"),
      "readme.md": Buffer.from("none either"),
    });
    const set = await readImages(folder);
    expect(set).toMatchObject({ count: 3, channels: 3, height: 2, width: 3, labels: Uint8Array.of(0, 1, 1) });
    expect([...imageAt(set, 0)]).toEqual(new Array(18).fill(9));
    expect([...imageAt(set, 2)]).toEqual([200, 20, 30].flatMap((value) => new Array(6).fill(value)));
    expect(Math.abs((imageAt(set, 1)[0] ?? 0) - 100)).toBeLessThan(3);
    expect(await readImages(folder, { limit: 1 })).toMatchObject({ count: 1 });
  });

  it("of grey pictures has one channel, and drops transparency", async () => {
    const clear = await grey(50).ensureAlpha(0.5).png().toBuffer();
    const set = await readImages(saved({ "a/1.png": await grey(9).png().toBuffer(), "b/1.png": clear }));
    expect(set).toMatchObject({ count: 2, channels: 1 });
    expect([...set.pixels]).toEqual([...new Array(6).fill(9), ...new Array(6).fill(50)]);
  });

  it("is refused when sizes differ, when one is damaged, and when there is none", async () => {
    const good = await picture(3, 2, 1).png().toBuffer();
    const odd = saved({ "a/1.png": good, "b/1.png": await picture(2, 2, 1).png().toBuffer() });
    await expect(readImages(odd)).rejects.toThrow(/b\/1\.png: it is 2 x 2, .*a\/1\.png is 3 x 2/);
    const cut = saved({ "a/1.png": good.subarray(0, 40) });
    await expect(readImages(cut)).rejects.toThrow(/a\/1\.png cannot be decoded/);
    await expect(readImages(saved({ "1.png": good }))).rejects.toThrow(/no pictures in class folders/);
  });
});

function hasNumpy(): boolean {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI === "true") throw new Error("CI has no python3-numpy");
    process.stderr.write("SKIPPED: NumPy's own files (apt-get install python3-numpy)\n");
    return false;
  }
}
