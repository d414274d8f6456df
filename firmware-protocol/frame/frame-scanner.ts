/**
 * Cuts a stream of bytes into frames. Pure: bytes in, frames out; how the stream was chopped makes no difference.
 *
 * The theory: every 0x00 both ends what came before it and begins something new, and nothing between two of them means nothing.
 * So a delimiter that was lost or invented costs the frames it touches and no others. There is no length to believe: what is
 * longer than the longest frame is dropped up to the next 0x00.
 */

import { decodeFrame, delimiter, encodedBound, type Frame, type FrameFault } from "./frame.ts";

export type ScannedFrame =
  | { readonly kind: "frame"; readonly frame: Frame }
  | { readonly kind: "fault"; readonly fault: FrameFault | "tooLong"; readonly bytes: number };

export class FrameScanner {
  readonly #limit: number;
  /** Holds the beginning of a frame whose end has not come; never grows. */
  readonly #held: Uint8Array;
  #length = 0;
  /** Bytes of a frame that was longer than the limit, until its delimiter. */
  #skipped = 0;

  /** @param maxPayloadBytes of the frames that this side is willing to take. */
  constructor(maxPayloadBytes: number) {
    this.#limit = encodedBound(maxPayloadBytes);
    this.#held = new Uint8Array(this.#limit);
  }

  /** True while a frame has begun and not ended. */
  get midFrame(): boolean {
    return this.#length > 0 || this.#skipped > 0;
  }

  /** Takes the next bytes and returns the frames that they complete. */
  push(chunk: Uint8Array): ScannedFrame[] {
    const found: ScannedFrame[] = [];
    let start = 0;
    for (let end = chunk.indexOf(delimiter); end >= 0; end = chunk.indexOf(delimiter, start)) {
      this.#complete(chunk, start, end, found);
      start = end + 1;
      // Nothing stands between delimiters that follow each other.
      while (chunk[start] === delimiter) start++;
    }
    this.#hold(chunk, start, chunk.length);
    return found;
  }

  /** Forgets an unfinished frame; returns how many bytes of it there were. */
  reset(): number {
    const forgotten = this.#length + this.#skipped;
    this.#length = 0;
    this.#skipped = 0;
    return forgotten;
  }

  #complete(chunk: Uint8Array, start: number, end: number, found: ScannedFrame[]): void {
    const whole = !this.midFrame && end - start <= this.#limit;
    if (!whole) this.#hold(chunk, start, end);
    const bytes = whole ? end - start : this.#length + this.#skipped;
    if (bytes === 0) return;
    if (this.#skipped > 0) found.push({ kind: "fault", fault: "tooLong", bytes });
    else if (whole) found.push(scanned(chunk, start, end));
    else found.push(scanned(this.#held, 0, this.#length));
    this.reset();
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    const room = this.#skipped > 0 ? 0 : this.#limit - this.#length;
    const kept = Math.min(end - start, room);
    this.#held.set(chunk.subarray(start, start + kept), this.#length);
    this.#length += kept;
    this.#skipped += end - start - kept;
  }
}

function scanned(bytes: Uint8Array, start: number, end: number): ScannedFrame {
  const frame = decodeFrame(bytes, start, end);
  return typeof frame === "string"
    ? { kind: "fault", fault: frame, bytes: end - start }
    : { kind: "frame", frame };
}
