/**
 * Knows, in a stream of plain messages, what belongs to a block: a block may hold 0x00, and everywhere else a 0x00 opens a
 * frame. It keeps no bytes; its rules are those of scpi/scanner.ts, whose verdict on a message it never needs.
 *
 * The theory: `start` and `text` differ only in whether a message has begun; `string` ends at its quote or the line feed; `hash`
 * takes the digit that counts digits; `digits` takes the length; `block` skips that many bytes. What is malformed, or longer than
 * the limit, is `text` again, since the message scanner then resumes behind the next line feed.
 */

const lineFeed = 0x0a;
const quote = 0x22;
const hash = 0x23;
const digitZero = 0x30;

type Mode = "start" | "text" | "string" | "hash" | "digits" | "block";

export class PlainBoundary {
  readonly #limit: number;
  #mode: Mode = "start";
  /** Digits of the length that are still to come. */
  #digits = 0;
  /** The length as far as it was read, then the bytes of the block that are still to come. */
  #count = 0;

  /** @param limit largest message in bytes; a block beyond it is not believed. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True while a message has begun and not ended. */
  get midMessage(): boolean {
    return this.#mode !== "start";
  }

  reset(): void {
    this.#mode = "start";
  }

  /** Passes over bytes from `at` up to the first 0x00 outside a block, or to the end; returns where it stopped. */
  pass(bytes: Uint8Array, at: number): number {
    while (at < bytes.length) {
      if (this.#mode !== "block" && bytes[at] === 0) return at;
      at += this.#mode === "block" ? this.#skip(bytes.length - at) : this.#take(bytes[at]!);
    }
    return at;
  }

  #skip(available: number): number {
    const skipped = Math.min(available, this.#count);
    this.#count -= skipped;
    if (this.#count === 0) this.#mode = "text";
    return skipped;
  }

  /** Returns how many bytes were taken: 0 when the byte is to be looked at again in the new mode. */
  #take(byte: number): number {
    if (this.#mode === "hash" || this.#mode === "digits") return this.#takeLength(byte - digitZero);
    if (byte === lineFeed) this.#mode = "start";
    else if (byte === quote) this.#mode = this.#mode === "string" ? "text" : "string";
    else if (this.#mode !== "string") this.#mode = byte === hash ? "hash" : "text";
    return 1;
  }

  #takeLength(digit: number): number {
    const lowest = this.#mode === "hash" ? 1 : 0;
    if (!(digit >= lowest && digit <= 9)) {
      this.#mode = "text";
      return 0;
    }
    if (this.#mode === "hash") {
      this.#mode = "digits";
      this.#digits = digit;
      this.#count = 0;
    } else {
      this.#count = this.#count * 10 + digit;
      this.#digits--;
    }
    if (this.#digits === 0) this.#mode = this.#count > 0 && this.#count <= this.#limit ? "block" : "text";
    return 1;
  }
}
