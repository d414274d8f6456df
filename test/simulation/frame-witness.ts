/**
 * Says of the bytes that one side really got what it should have counted, without a checksum: what stands between two 0x00 either is
 * a frame that was sent, byte for byte, or damage.
 */

import { textOfBytes } from "../../src/core/bytes.ts";
import type { SentFrames } from "./sent-frames.ts";

const delimiter = 0x00;
/** What a board takes for a plain line behind a 0x00 (SPEC.md, 17.3); damage may look like one, and what follows is then no frame for it. */
const looksLikeLine = /^[\t\r\n\x20-\x7e]*[\t\r\x20-\x7e]{2,}\n/;
/** A board that hears nothing for so long forgets what had begun (SPEC.md, L3). */
const silenceSeconds = 1;
/** What comes exactly then may have come before the board forgot or behind that: sums of times are rounded. */
const roundingSeconds = 1e-9;

export class FrameWitness {
  intact = 0;
  damaged = 0;
  /** The board's plain lines may have swallowed what looked like one of them or of their blocks; nothing can be said then. */
  unsure = false;
  readonly #sent: SentFrames;
  /** A board takes what comes before the first 0x00 after a silence for a plain line; a host knows frames only. */
  readonly #plainLines: boolean;
  #plain: boolean;
  #begun = "";
  #heardSeconds = 0;

  constructor(sent: SentFrames, side: "host" | "board") {
    this.#sent = sent;
    this.#plainLines = side === "board";
    this.#plain = this.#plainLines;
  }

  hear(chunk: Uint8Array, nowSeconds: number): void {
    const quietSeconds = nowSeconds - this.#heardSeconds;
    if (this.#plainLines && Math.abs(quietSeconds - silenceSeconds) < roundingSeconds) this.unsure = true;
    if (this.#plainLines && quietSeconds >= silenceSeconds) {
      this.#begun = "";
      this.#plain = true;
    }
    this.#heardSeconds = nowSeconds;
    const pieces = textOfBytes(chunk).split(String.fromCharCode(delimiter));
    const rest = pieces.pop() ?? "";
    for (const piece of pieces) this.#complete(piece);
    this.#begun += rest;
  }

  #complete(end: string): void {
    const piece = this.#begun + end;
    this.#begun = "";
    if (this.#plain) this.unsure ||= piece.includes("#");
    else if (this.#sent.has(piece)) this.intact++;
    else if (piece !== "") {
      this.damaged++;
      this.unsure ||= this.#plainLines && looksLikeLine.test(piece);
    }
    this.#plain = false;
  }
}
