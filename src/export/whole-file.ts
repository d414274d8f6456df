/** A file that is there as a whole or not at all: written beside its name, and put in its place when it is complete. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { LabError, textOf } from "../core/errors.ts";

export class WholeFile {
  readonly path: string;
  readonly #part: string;
  readonly #descriptor: number;
  #bytes = 0;

  /** @throws LabError ENVIRONMENT when there cannot be such a file. */
  constructor(path: string) {
    this.path = path;
    // What a killed process of this number left behind makes room.
    this.#part = `${path}.${process.pid}.part`;
    this.#descriptor = told(path, () => openSync(this.#part, "w"));
  }

  /** Written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws LabError ENVIRONMENT when the disk is full or the file cannot be written. */
  write(bytes: Uint8Array): void {
    told(this.path, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    });
    this.#bytes += bytes.length;
  }

  /** Over what was written earlier. */
  writeAt(bytes: Uint8Array, place: number): void {
    told(this.path, () => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, place + at);
    });
  }

  /** It is complete: an older file of its name makes room for it. */
  keep(): void {
    told(this.path, () => {
      fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      renameSync(this.#part, this.path);
    });
  }

  /** Nothing of it is left, and what had its name before still has. */
  abandon(): void {
    try {
      closeSync(this.#descriptor);
    } catch {
      // It was closed before it could be put in its place.
    }
    rmSync(this.#part, { force: true });
  }
}

const full = ["ENOSPC", "EDQUOT", "EFBIG"];

function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const isFull = full.includes(code);
    throw new LabError(
      "ENVIRONMENT",
      `${path} cannot be written: ${isFull ? `the disk or what is allowed of it is full (${code})` : textOf(cause)}`,
      {
        next: isFull
          ? "make room, or name a file on another disk with --out; nothing of it was left"
          : "name another file with --out",
        cause,
      },
    );
  }
}
