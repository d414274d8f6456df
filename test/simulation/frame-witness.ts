/**
 * Says of the bytes that one side really got what it should have counted, without a checksum: what stands between two 0x00 either is
 * a frame that was sent, byte for byte, or damage.
 */

import { textOfBytes } from "../../src/core/bytes.ts";
import type { SentFrames } from "./sent-frames.ts";

const delimiter = 0x00;
/** A board that hears nothing for so long forgets what had begun (SPEC.md, L3). */
const silenceSeconds = 1;

export class FrameWitness {
  intact = 0;
  damaged = 0;
  /** The board's plain lines may have swallowed what looked like one of their blocks; nothing can be said then. */
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
    if (this.#plainLines && nowSeconds - this.#heardSeconds >= silenceSeconds) {
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
    else if (piece !== "") this.damaged++;
    this.#plain = false;
  }
}
