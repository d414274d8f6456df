/** What placement has to avoid: lists of the user, devices that were found stuck in other stores, converters that failed. */

import { open, readFile } from "node:fs/promises";
import { chipIdentity, type Descriptor } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { assertOnChip, failedBitLines, type Mark, parseMarks } from "../../network/marks.ts";
import { openStore } from "../../store/store.ts";
import { stuckDevices } from "../../store/stuck-devices.ts";

/** Files that `--avoid` names, and the bit lines that the calibration does not trust; the same place once. */
export async function marksToAvoid(
  files: readonly string[],
  descriptor: Descriptor,
  calibration: ConverterCalibration,
): Promise<Mark[]> {
  const listed = await Promise.all(files.map((file) => marksIn(file, descriptor)));
  const marks = [...listed.flat(), ...failedBitLines(calibration, descriptor)];
  return [...new Map(marks.map((mark) => [placeOf(mark), mark])).values()];
}

/** A device that two files disagree about is what the later one says. */
function placeOf(mark: Mark): string {
  const row = mark.kind === "bit-line" ? "*" : mark.row;
  const column = mark.kind === "word-line" ? "*" : mark.column;
  return `${mark.array}:${row}:${column}`;
}

async function marksIn(file: string, descriptor: Descriptor): Promise<Mark[]> {
  const marks = (await isDatabase(file))
    ? stuckIn(file, descriptor)
    : parseMarks(await readFile(file, "utf8"), file);
  assertOnChip(marks, descriptor, file);
  return marks;
}

/** What every SQLite 3 file begins with (sqlite.org/fileformat.html, 1.3). */
const magic = "SQLite format 3";

/** @throws LabError BAD_DATA when there is no such file. */
async function isDatabase(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
      return buffer.toString("latin1", 0, bytesRead) === magic;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new LabError("BAD_DATA", `${file} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check --avoid",
    });
  }
}

function stuckIn(path: string, descriptor: Descriptor): Mark[] {
  const store = openStore(path, { mode: "read" });
  try {
    const known = store.chips.latest()?.descriptor;
    if (known === undefined || chipIdentity(known) !== chipIdentity(descriptor)) {
      const its = known === undefined ? "no chip" : `chip ${chipIdentity(known)}`;
      throw new LabError("STORE_CONTENT", `${path} is about ${its}; this is ${chipIdentity(descriptor)}`, {
        next: "name stores of this very chip with --avoid: other chips have other stuck devices",
      });
    }
    return stuckDevices(store).map((device) => ({ kind: "device", ...device }));
  } finally {
    store.close();
  }
}
