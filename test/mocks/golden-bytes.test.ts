/**
 * The same commands give the same bytes on every machine. The digests were made once; a change of the physics changes them, and then
 * the new ones are entered here together with the change.
 */

import { createHash, type Hash } from "node:crypto";
import { expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";

const digests = {
  "fusion-1m": "425cf671f2a02ad4f75fcbff23549c1fcebe5a6fc4681aab9fb0b2fde8e6c724",
  "hermes-core": "c81aacbea4c414e334f295331555fd57753e418e3bfb82da5617cd4093726eb4",
  tiny: "784fcc0d9fe3c0eda8eb2c1b42f0e0a96039a3430d059a48c69b1be7a11c3418",
} as const;

const region = { array: 0, row: 3, column: 5, rows: 4, columns: 40 };
const cells = 160;

const bytesOf = (array: Uint16Array | Int16Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function pulse(chip: Crossbar, seconds: number, widthSeconds: number, trailingSeconds: number): number {
  const amplitudeCodes = Uint16Array.from({ length: cells }, (_, n) => 300 + 3 * n);
  const train: PulseTrain = { kind: "per-cell", shape: { widthSeconds, trailingSeconds }, amplitudeCodes };
  return chip.pulse(region, train, seconds).endSeconds;
}

function read(chip: Crossbar, hash: Hash, seconds: number): void {
  hash.update(bytesOf(chip.read(region, { averages: 5, readVolts: 0.2 }, seconds).codeSums));
}

function multiply(chip: Crossbar, hash: Hash, seconds: number): void {
  const inputs = Int8Array.from({ length: 3 * 64 }, (_, n) => ((37 * n) % 255) - 127);
  for (const phases of [1, 4] as const) {
    const done = chip.mvm?.({ cells: { row: 0, column: 0, rows: 64, columns: 48 }, phases, inputs }, seconds);
    if (done !== undefined) hash.update(bytesOf(done.outputs));
  }
}

test.each(Object.entries(digests))("%s answers with the bytes that it has always had", (name, digest) => {
  const chip = createCrossbar(builtinProfile(name), 20_261_123);
  const hash = createHash("sha256");
  read(chip, hash, 1);
  read(chip, hash, pulse(chip, 2, 1e-6, 0) + 1e-3);
  read(chip, hash, pulse(chip, 30, 50e-9, 100e-9) + 25);
  multiply(chip, hash, 86_400);
  chip.setTemperature(330, 86_500);
  read(chip, hash, 1e6);
  hash.update(bytesOf(chip.conductances(region, 1e7)));
  const references = { ...region, array: chip.descriptor.arrays.length - 1, row: 1 };
  hash.update(bytesOf(chip.read(references, { averages: 2, readVolts: 0.2 }, 1e7).codeSums));
  expect(hash.digest("hex")).toBe(digest);
});
