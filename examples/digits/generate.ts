/** Writes the test and the calibration images: `node dist/examples/digits/generate.js [folder]`. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { calibrationCount, drawImages, type Split, splitSeeds, testCount } from "./dataset.ts";
import { encodeImages, encodeLabels } from "./idx.ts";

const folder = process.argv[2] ?? "examples/digits";

function main(): void {
  writeSplit("test", testCount);
  writeSplit("calibration", calibrationCount);
}

function writeSplit(split: Split, count: number): void {
  const { pixels, labels } = drawImages(split, 0, count);
  writeGzip(`digits-${split}-images-idx3-ubyte.gz`, encodeImages(pixels));
  writeGzip(`digits-${split}-labels-idx1-ubyte.gz`, encodeLabels(labels));
  process.stderr.write(`${split}: ${count} images, seed ${splitSeeds[split]}\n`);
}

/** Node writes no time into the header; the byte that names the operating system (RFC 1952) is set to "unknown". */
function writeGzip(name: string, content: Uint8Array): void {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 255;
  writeFileSync(join(folder, name), packed);
}

main();
