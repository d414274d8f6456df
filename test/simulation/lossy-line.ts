/** One direction of a bad cable, in virtual time: what goes in as frames comes out in pieces, late, damaged, twice or not at all. */

import { concatBytes } from "../../src/core/bytes.ts";
import type { Prng } from "../../src/core/prng.ts";
import { isFrame, piecesOf, SentFrames } from "./sent-frames.ts";
import type { Faults } from "./swarm.ts";
import type { VirtualWorld } from "./virtual-world.ts";

/** What the line did with what it was given, frame by frame; a plain line counts as one. */
export interface LineLedger {
  sent: number;
  dropped: number;
  /** Sent a second time by the line itself. */
  doubled: number;
  /** Arrived as it was sent. */
  intact: number;
  /** Arrived with its inside changed. */
  damaged: number;
  /** Arrived with only a delimiter lost. */
  bared: number;
  /** Arrived once more, as it was sent. */
  copies: number;
}

const bytesPerSecond = 300_000;
const latencySeconds = 1e-3;
const heldSeconds = 2e-3;

export class LossyLine {
  readonly ledger: LineLedger = {
    sent: 0,
    dropped: 0,
    doubled: 0,
    intact: 0,
    damaged: 0,
    bared: 0,
    copies: 0,
  };
  readonly frames = new SentFrames();
  readonly #world: VirtualWorld;
  readonly #prng: Prng;
  readonly #faults: Faults;
  readonly #hear: (chunk: Uint8Array) => void;
  /** When the line has sent what it was given. */
  #freeAt = 0;
  /** The end of a piece, held back to arrive together with what comes next. */
  #held = new Uint8Array(0);

  constructor(world: VirtualWorld, prng: Prng, faults: Faults, hear: (chunk: Uint8Array) => void) {
    this.#world = world;
    this.#prng = prng;
    this.#faults = faults;
    this.#hear = hear;
  }

  /** Comes back when the line has sent the bytes. */
  send(bytes: Uint8Array): Promise<void> {
    for (const piece of piecesOf(bytes)) this.#sendPiece(piece);
    return this.#world.pause(Math.max(0, this.#freeAt - this.#world.monotonicSeconds()));
  }

  #sendPiece(frame: Uint8Array): void {
    const now = this.#world.monotonicSeconds();
    this.ledger.sent++;
    if (isFrame(frame)) this.frames.add(frame);
    this.#freeAt = Math.max(this.#freeAt, now) + frame.length / bytesPerSecond;
    if (this.#happens("stall")) this.#freeAt += 0.2 + this.#prng.uniform();
    if (this.#happens("drop")) {
      this.ledger.dropped++;
      return;
    }
    const extra = this.#happens("delay") ? 0.1 * this.#prng.uniform() : 0;
    const late = this.#happens("reorder") ? 0.01 : 0;
    const arrives = this.#freeAt + latencySeconds + extra + late - now;
    const [bytes, what] = this.#damaged(frame);
    this.#arrive(bytes, arrives, what);
    if (!this.#happens("duplicate")) return;
    this.ledger.doubled++;
    this.#arrive(frame, arrives + 0.02 * this.#prng.uniform(), "copies");
  }

  #damaged(frame: Uint8Array): [Uint8Array, "intact" | "damaged" | "bared"] {
    if (this.#happens("flip")) return [flipped(frame, this.#prng), "damaged"];
    if (this.#happens("truncate")) return [frame.slice(0, this.#prng.below(frame.length - 1)), "damaged"];
    if (this.#happens("merge")) {
      return [this.#prng.below(2) === 0 ? frame.slice(1) : frame.slice(0, -1), "bared"];
    }
    return [frame, "intact"];
  }

  #arrive(bytes: Uint8Array, seconds: number, what: keyof LineLedger): void {
    this.#world.after(seconds, () => {
      this.ledger[what]++;
      this.#deliver(bytes);
    });
  }

  /** Cut anywhere now and then, the rest together with what comes next, or by itself soon after. */
  #deliver(bytes: Uint8Array): void {
    const whole = concatBytes([this.#held, bytes]);
    const cut = this.#prng.below(4) === 0 ? this.#prng.below(whole.length + 1) : whole.length;
    this.#held = whole.slice(cut);
    if (cut > 0) this.#hear(whole.slice(0, cut));
    if (this.#held.length === 0) return;
    this.#world.after(heldSeconds, () => {
      const rest = this.#held;
      this.#held = new Uint8Array(0);
      if (rest.length > 0) this.#hear(rest);
    });
  }

  #happens(fault: keyof Faults): boolean {
    return this.#prng.uniform() < this.#faults[fault];
  }
}

/** Up to 8 different bits. */
function flipped(frame: Uint8Array, prng: Prng): Uint8Array {
  const damaged = frame.slice();
  const first = prng.below(8 * frame.length);
  for (let flips = prng.below(8); flips >= 0; flips--) {
    const bit = (first + 37 * flips) % (8 * frame.length);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
  }
  return damaged;
}
