/**
 * Cuts a stream of bytes into messages. A message ends at a line feed that is neither inside a block nor announced by one,
 * so blocks may hold any byte value. Pure: bytes in, messages out; how the stream was chopped makes no difference.
 *
 * The theory: four states. `text` looks for `#`, `"` and the terminator; `string` for its closing quote or the terminator;
 * `block-header` collects the length digits; `block` skips that many bytes. A message beyond the limit is dropped as a
 * whole: the scanner enters `skipping` and resumes behind the next line feed, not behind a length that it does not believe.
 */

import { textOfBytes } from "../../src/core/bytes.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const hash = 0x23;
const quote = 0x22;

export type Scanned =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  | { readonly kind: "fault"; readonly error: -161 | -363; readonly detail: string };

type Fault = Extract<Scanned, { kind: "fault" }>;
type Step = { readonly kind: "end"; readonly at: number } | { readonly kind: "more" } | Fault;
type Mode = "text" | "string" | "block-header" | "block" | "skipping";

export class MessageScanner {
  readonly #limit: number;
  #buffer = new Uint8Array(1024);
  #length = 0;
  #scanned = 0;
  #mode: Mode = "text";
  #headerStart = 0;
  #blockEnd = 0;

  /** @param limit largest message in bytes, blocks included. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True while a message has begun and not ended. */
  get midMessage(): boolean {
    return this.#length > 0 || this.#mode === "skipping";
  }

  /** Forgets an unfinished message, for example after a silence inside a block. */
  reset(): void {
    this.#length = 0;
    this.#scanned = 0;
    this.#blockEnd = 0;
    this.#mode = "text";
  }

  /** Takes the next bytes and returns the messages that they complete. */
  push(chunk: Uint8Array): Scanned[] {
    const found: Scanned[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      // What is appended stays within the limit, so a flood costs no memory.
      const room = this.#mode === "skipping" ? rest.length : Math.max(1, this.#limit + 1 - this.#length);
      const taken = rest.subarray(0, room);
      rest = rest.subarray(taken.length);
      this.#take(taken, found);
    }
    return found;
  }

  #take(bytes: Uint8Array, found: Scanned[]): void {
    if (this.#mode === "skipping") {
      const end = bytes.indexOf(lineFeed);
      if (end < 0) return;
      this.#mode = "text";
      this.#append(bytes.subarray(end + 1));
    } else {
      this.#append(bytes);
    }
    this.#scan(found);
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  #scan(found: Scanned[]): void {
    let start = 0;
    for (let step = this.#next(start); step.kind !== "more"; step = this.#next(start)) {
      if (step.kind === "end") {
        found.push({ kind: "message", bytes: this.#buffer.slice(start, this.#trimmedEnd(start, step.at)) });
        start = step.at + 1;
      } else {
        found.push(step);
        const end = this.#buffer.subarray(0, this.#length).indexOf(lineFeed, this.#scanned);
        if (end < 0) {
          this.reset();
          this.#mode = "skipping";
          return;
        }
        start = end + 1;
      }
      this.#scanned = start;
      this.#mode = "text";
    }
    this.#discard(start);
  }

  /** Advances to the end of the message that begins at `start`, to a fault, or to the end of the bytes. */
  #next(start: number): Step {
    while (this.#scanned < this.#length) {
      if (this.#mode === "block") {
        this.#scanned = Math.min(this.#blockEnd, this.#length);
        if (this.#scanned === this.#blockEnd) this.#mode = "text";
        continue;
      }
      const step = this.#mode === "block-header" ? this.#enterBlock(start) : this.#consume();
      if (step !== undefined) return step;
    }
    return this.#trimmedEnd(start, this.#length) - start > this.#limit
      ? { kind: "fault", error: -363, detail: `a message may hold ${this.#limit} bytes` }
      : { kind: "more" };
  }

  /** A carriage return before the line feed is dropped, unless it is the last byte of a block. */
  #trimmedEnd(start: number, end: number): number {
    const returned = end > start && end > this.#blockEnd && this.#buffer[end - 1] === carriageReturn;
    return returned ? end - 1 : end;
  }

  #consume(): Step | undefined {
    const byte = this.#buffer[this.#scanned];
    if (byte === lineFeed) return { kind: "end", at: this.#scanned };
    if (byte === quote) this.#mode = this.#mode === "string" ? "text" : "string";
    if (byte === hash && this.#mode === "text") {
      this.#mode = "block-header";
      this.#headerStart = this.#scanned;
    }
    this.#scanned++;
    return undefined;
  }

  /** Reads the digits behind `#`; waits for more bytes by leaving the mode as it is. */
  #enterBlock(start: number): Step | undefined {
    const digits = this.#buffer[this.#headerStart + 1]! - 0x30;
    const lengthAt = this.#headerStart + 2;
    const dataAt = lengthAt + digits;
    const text = textOfBytes(this.#buffer, lengthAt, Math.min(dataAt, this.#length));
    if (!(digits >= 1 && digits <= 9) || !/^[0-9]*$/.test(text)) {
      return {
        kind: "fault",
        error: -161,
        detail: "a block begins with #, a digit from 1 to 9 and so many digits",
      };
    }
    if (this.#length < dataAt) {
      this.#scanned = this.#length;
      return undefined;
    }
    const end = dataAt + Number(text);
    if (end - start > this.#limit) {
      return {
        kind: "fault",
        error: -363,
        detail: `a block of ${Number(text)} bytes; a message may hold ${this.#limit}`,
      };
    }
    this.#mode = "block";
    this.#blockEnd = end;
    this.#scanned = dataAt;
    return undefined;
  }

  #discard(count: number): void {
    this.#buffer.copyWithin(0, count, this.#length);
    this.#length -= count;
    this.#scanned -= count;
    this.#blockEnd -= count;
    this.#headerStart -= count;
  }
}
