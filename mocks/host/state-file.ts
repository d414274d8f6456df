/** The state of a chip on disk. A file is always whole: the new one is written beside it and then takes its name. */

import { constants } from "node:fs";
import { access, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { LabError, textOf } from "../../src/core/errors.ts";
import { type ChipState, decodeState, encodeState, looksLikeState } from "../array/state.ts";

/** @throws LabError BAD_PROFILE when the file cannot be read or is not a whole state of a version that is known. */
export async function loadState(path: string): Promise<ChipState> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new LabError("BAD_PROFILE", `state ${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the path; --save writes such files",
    });
  });
  return decodeState(bytes, path);
}

/**
 * To be asked before a chip runs for a month: may a state be written there?
 * @throws LabError USAGE when the folder is missing or not writable, or the name belongs to something that is no state.
 */
export async function assertSavable(path: string): Promise<void> {
  const refused = (why: string, cause?: unknown): LabError =>
    new LabError("USAGE", `the chip cannot be saved to ${path}: ${why}`, {
      cause,
      next: "choose another file for --save",
    });
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw refused(textOf(cause), cause);
  });
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const replaceable = found.isFile() && (found.size === 0 || looksLikeState(await beginningOf(path)));
  if (!replaceable) throw refused("it exists and is not the state of a chip");
}

/** @throws LabError ENVIRONMENT when it cannot be written; an older state of that name is then untouched. */
export async function saveState(path: string, state: ChipState): Promise<void> {
  const bytes = encodeState(state);
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeDurably(fresh, bytes);
    await rename(fresh, path);
  } catch (cause) {
    await unlink(fresh).catch(() => {});
    throw new LabError("ENVIRONMENT", `the chip was not saved to ${path}: ${textOf(cause)}`, {
      cause,
      next: "make room or permission; the chip since its last save is lost",
    });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const beginning = new Uint8Array(64);
    await file.read(beginning, 0, beginning.length, 0);
    return beginning;
  } finally {
    await file.close();
  }
}
