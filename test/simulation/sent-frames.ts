/** Cuts what one side writes into frames, and remembers what stood between their delimiters. */

import { textOfBytes } from "../../src/core/bytes.ts";

export class SentFrames {
  readonly #bodies = new Set<string>();

  add(frame: Uint8Array): void {
    this.#bodies.add(textOfBytes(frame.subarray(1, -1)));
  }

  has(body: string): boolean {
    return this.#bodies.has(body);
  }
}

/** Cuts behind each closing delimiter; what is no frame (a plain line) is one piece. */
export function piecesOf(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes[start] === 0 ? bytes.indexOf(0, start + 1) : -1;
    const next = end < 0 ? bytes.length : end + 1;
    pieces.push(bytes.slice(start, next));
    start = next;
  }
  return pieces;
}

export const isFrame = (piece: Uint8Array): boolean => piece[0] === 0;

export const framesIn = (bytes: Uint8Array): number => piecesOf(bytes).filter(isFrame).length;
