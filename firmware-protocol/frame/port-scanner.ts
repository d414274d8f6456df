/**
 * The board's ear on a port that frames and plain lines share: separates the two. Pure; how the stream was chopped makes no difference.
 *
 * The theory: two modes. In `plain`, bytes belong to messages, until a 0x00 comes outside a block: that opens the mode `frames`, and
 * a message that had begun is abandoned, so that noise that was taken for one cannot swallow the frames behind it.
 * There, what stands between two 0x00 is a frame, and so is whatever follows a 0x00, for nobody can know whether the delimiter
 * before it was the end of a frame or the beginning of one whose other end was lost. Two things lead back to `plain`: a line of two
 * or more printable characters directly behind a 0x00, or behind empty lines there, which no frame looks like since its second byte,
 * the kind, is not printable; and silence. What a frame was expected for and turns out to be neither is dropped and counted, not executed.
 */

import { delimiter } from "./frame.ts";
import { FrameScanner, type ScannedFrame } from "./frame-scanner.ts";
import { PlainBoundary } from "./plain-boundary.ts";

export type Scanned =
  | ScannedFrame
  /** Bytes of plain messages, in order, not cut at messages. */
  | { readonly kind: "plain"; readonly bytes: Uint8Array }
  /** The plain message that had begun will not end. */
  | { readonly kind: "abandoned" };

const lineFeed = 0x0a;
/** A plain line behind a frame may be so long; `*IDN?`, `*CLS` or an empty line is what a program begins with. */
const maxLineBytes = 256;
const minLineBytes = 2;

export class PortScanner {
  readonly #frames: FrameScanner;
  readonly #boundary: PlainBoundary;
  #mode: "plain" | "frames" = "plain";
  /** What follows a 0x00 while it may be a plain line; undefined once it cannot be one. */
  #line: number[] | undefined;

  /**
   * @param maxPayloadBytes of the frames that this side is willing to take.
   * @param maxMessageBytes of plain messages.
   */
  constructor(maxPayloadBytes: number, maxMessageBytes: number) {
    this.#frames = new FrameScanner(maxPayloadBytes);
    this.#boundary = new PlainBoundary(maxMessageBytes);
  }

  /** True when the line has something to forget once it falls silent. */
  get unsettled(): boolean {
    return this.#mode === "frames" || this.#boundary.midMessage;
  }

  push(chunk: Uint8Array): Scanned[] {
    const found: Scanned[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.#mode === "plain") at = this.#takePlain(chunk, at, found);
      else if (this.#line !== undefined) at = this.#takeLine(chunk, at, found);
      else at = this.#takeFrames(chunk, at, found);
    }
    return found;
  }

  /** The line was silent for the time that SPEC.md allows inside a message. Returns the bytes of an unfinished frame. */
  silence(): number {
    const forgotten = this.#frames.reset() + (this.#line?.length ?? 0);
    this.#mode = "plain";
    this.#line = undefined;
    this.#boundary.reset();
    return forgotten;
  }

  #takePlain(chunk: Uint8Array, at: number, found: Scanned[]): number {
    const end = this.#boundary.pass(chunk, at);
    if (end > at) found.push({ kind: "plain", bytes: chunk.subarray(at, end) });
    if (end === chunk.length) return end;
    if (this.#boundary.midMessage) found.push({ kind: "abandoned" });
    this.#boundary.reset();
    this.#mode = "frames";
    this.#line = [];
    return end + 1;
  }

  /** Decides whether what follows a 0x00 is a line; each byte of a chunk is looked at once. */
  #takeLine(chunk: Uint8Array, at: number, found: Scanned[]): number {
    const line = this.#line ?? [];
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === lineFeed && endsLine(line)) {
        this.#mode = "plain";
        this.#line = undefined;
        found.push({ kind: "plain", bytes: Uint8Array.of(...line, byte) });
        return at + 1;
      }
      if (!(isLineByte(byte) || byte === lineFeed) || line.length === maxLineBytes) break;
      line.push(byte);
    }
    if (at === chunk.length) return at;
    this.#line = undefined;
    for (const item of this.#frames.push(Uint8Array.from(line))) found.push(item);
    return at;
  }

  /** Takes what is left of the frame up to its delimiter, behind which a line may stand. */
  #takeFrames(chunk: Uint8Array, at: number, found: Scanned[]): number {
    const end = chunk.indexOf(delimiter, at);
    let next = end < 0 ? chunk.length : end + 1;
    for (const item of this.#frames.push(chunk.subarray(at, next))) found.push(item);
    if (end < 0) return next;
    while (chunk[next] === delimiter) next++;
    this.#line = [];
    return next;
  }
}

/** One character is not enough: the first byte of a frame may be any, also LF. */
const endsLine = (line: readonly number[]): boolean =>
  line.length - 1 - line.lastIndexOf(lineFeed) >= minLineBytes;

const isLineByte = (byte: number): boolean =>
  (byte >= 0x20 && byte <= 0x7e) || byte === 0x0d || byte === 0x09;
