/** The first session of SPEC.md, 18, with the emulated firmware on the other end: each answer byte for byte. */

import { expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { bytesOfHex, hexOf, specText } from "./golden.ts";

/** The profile tiny with four devices and four reference resistors. */
const smallChip = {
  ...builtinProfile("tiny"),
  manufacturer: "Example Lab",
  model: "PCM-2",
  arrays: [
    { name: "A", rows: 2, columns: 2 },
    { name: "REF", rows: 2, columns: 2, referenceSiemens: [0, 2e-5], referenceTolerance: 1e-3 },
  ],
  maxCellsPerRequest: 4,
};
const seed = 1;
const bootId = 0x2f6a1c05;

const shown = [...specText().matchAll(/^```session (host|board)\n([\s\S]*?)^```$/gm)].map(
  ([, speaker = "", dump = ""]) => ({ speaker, dump }),
);
const asked = shown.filter(({ speaker }) => speaker === "host").map(({ dump }) => bytesOfDump(dump));

test("the emulated firmware answers the first session of SPEC.md as it is printed there", () => {
  const line = new Firmware(createCrossbar(smallChip, seed), bootId).openLine();
  const exchanged = asked.flatMap((bytes) => {
    const answer = concatBytes(line.receive(bytes));
    const host = { speaker: "host", dump: dumpOf(bytes) };
    return answer.length === 0 ? [host] : [host, { speaker: "board", dump: dumpOf(answer) }];
  });
  expect(shown).toEqual(exchanged);
});

test("the first session reads, pulses, repeats and is refused", () => {
  const texts = asked.map((bytes) => textOfBytes(bytes));
  for (const header of ["*IDN?", "SYSTem:DESCriptor?", "ARRay:READ?", "ARRay:PULSe?", "SYSTem:ERRor?"])
    expect(texts.join("")).toContain(header);
  expect(texts.filter((text) => text.startsWith("ARRay:PULSe? 1,")).length).toBe(3);
  expect(shown.some(({ dump }) => dump.startsWith("31 30 30 31"))).toBe(true);
});

function bytesOfDump(dump: string): Uint8Array {
  return bytesOfHex(dump.replace(/\|.*$/gm, "").replace(/\s/g, ""));
}

function dumpOf(bytes: Uint8Array): string {
  const starts = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) => 16 * n);
  return starts.map((start) => `${dumpLine(bytes.subarray(start, start + 16))}\n`).join("");
}

function dumpLine(bytes: Uint8Array): string {
  const hex = hexOf(bytes).replace(/..(?=.)/g, "$& ");
  return `${hex.padEnd(47)} |${textOfBytes(bytes).replace(/[^\x20-\x7e]/g, ".")}|`;
}
