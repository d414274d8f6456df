/** A recording on disk. */

import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { LabError, textOf } from "../../src/core/errors.ts";
import type { RecordingFile } from "./recorder.ts";

/** Makes the file; one that exists is somebody's recording. @throws LabError USAGE when it exists or cannot be made. */
export function createRecordingFile(path: string): RecordingFile {
  const descriptor = opened(path);
  return {
    path,
    append: (text) => writeAll(descriptor, Buffer.from(text)),
    close() {
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    discard() {
      closeSync(descriptor);
      unlinkSync(path);
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (cause) {
    const exists = typeof cause === "object" && cause !== null && "code" in cause && cause.code === "EEXIST";
    const why = exists ? "it exists already" : textOf(cause);
    throw new LabError("USAGE", `nothing can be recorded to ${path}: ${why}`, {
      cause,
      next: "choose another file for --record, in a folder that exists and that you may write to",
    });
  }
}

/** A full disk may take a part of the bytes before it refuses the rest. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(descriptor, bytes, at);
}
