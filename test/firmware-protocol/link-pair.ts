/** Two machines joined by a line that takes a millisecond, in virtual time; the test decides which frames arrive. */

import type { Frame } from "../../firmware-protocol/frame/frame.ts";
import { zeroCounters } from "../../firmware-protocol/link/counters.ts";
import { listening } from "../../firmware-protocol/link/listening.ts";
import { opening } from "../../firmware-protocol/link/opening.ts";
import type { LinkInput, LinkOutput, LinkState } from "../../firmware-protocol/link/state.ts";
import { roomOf, step, wakeSeconds } from "../../firmware-protocol/link/step.ts";
import { defaultLimits, type LinkLimits } from "../../firmware-protocol/link/terms.ts";
import { concatBytes } from "../../src/core/bytes.ts";

const lineSeconds = 1e-3;

/** One machine, its counters and what it delivered. */
export class Side {
  state: LinkState;
  readonly counters = zeroCounters();
  readonly events: string[] = [];
  /** When the last session ended, s. */
  endedSeconds = Number.NaN;
  readonly sent: Frame[] = [];
  #delivered: Uint8Array[] = [];
  /** False for a layer above that takes nothing. */
  reads = true;

  constructor(state: LinkState) {
    this.state = state;
  }

  get delivered(): Uint8Array {
    this.#delivered = [concatBytes(this.#delivered)];
    return this.#delivered[0] ?? new Uint8Array(0);
  }

  do(input: LinkInput, now: number): Frame | undefined {
    const { state, outputs } = step(this.state, input);
    this.state = state;
    return outputs.map((output) => this.#take(output, now)).find((frame) => frame !== undefined);
  }

  #take(output: LinkOutput, now: number): Frame | undefined {
    switch (output.kind) {
      case "count":
        this.counters[output.name] += output.by;
        return undefined;
      case "deliver":
        this.#delivered.push(output.bytes);
        if (this.reads) this.do({ kind: "consumed", frames: 1 }, now);
        return undefined;
      case "transmit":
        this.sent.push(output.frame);
        return output.frame;
      case "opened":
        this.events.push(`opened ${output.session}`);
        return undefined;
      case "ended":
        this.events.push(output.reason);
        this.endedSeconds = now;
    }
    return undefined;
  }
}

export class LinkPair {
  readonly host: Side;
  readonly board: Side;
  now = 0;
  /** Which frames arrive; all unless the test says otherwise. */
  passes: (frame: Frame, from: "host" | "board") => boolean = () => true;

  constructor(hostLimits: LinkLimits = defaultLimits, boardLimits: LinkLimits = defaultLimits, session = 1) {
    this.host = new Side(opening(session, hostLimits, 0));
    this.board = new Side(listening(boardLimits));
  }

  /** Queues as much as there is room for; returns how much that was. */
  send(from: "host" | "board", bytes: Uint8Array): number {
    const part = bytes.subarray(0, roomOf(this[from].state));
    this[from].do({ kind: "send", bytes: part }, this.now);
    return part.length;
  }

  /** Sends all of it, however long that takes. */
  sendAll(from: "host" | "board", bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this[from].state.kind !== "open") throw new Error(`the session ended: ${this[from].events}`);
      at += this.send(from, bytes.subarray(at));
      this.pass(lineSeconds);
    }
  }

  /** Lets time pass: what is on the line arrives, and timers fall due. */
  pass(seconds: number): void {
    const until = this.now + seconds;
    this.#flow();
    for (let wake = this.#wake(); wake <= until; wake = this.#wake()) {
      this.now = Math.max(this.now, wake);
      for (const side of [this.host, this.board]) {
        if ((wakeSeconds(side.state) ?? Number.POSITIVE_INFINITY) <= this.now) {
          side.do({ kind: "time", now: this.now }, this.now);
        }
      }
      this.#flow();
    }
    this.now = Math.max(this.now, until);
  }

  #wake(): number {
    const wakes = [this.host, this.board].map(({ state }) => wakeSeconds(state) ?? Number.POSITIVE_INFINITY);
    return Math.min(...wakes);
  }

  /** Both lines carry frames until neither side has one. */
  #flow(): void {
    for (let moved = true; moved; ) {
      const bursts = [this.#burst("host"), this.#burst("board")] as const;
      moved = bursts.some(({ length }) => length > 0);
      if (moved) this.now += lineSeconds;
      this.#arrive("board", bursts[0]);
      this.#arrive("host", bursts[1]);
    }
  }

  #burst(from: "host" | "board"): Frame[] {
    const frames: Frame[] = [];
    for (let frame = this.#ready(from); frame !== undefined; frame = this.#ready(from)) frames.push(frame);
    return frames.filter((frame) => this.passes(frame, from));
  }

  #ready(from: "host" | "board"): Frame | undefined {
    return this[from].do({ kind: "ready", now: this.now }, this.now);
  }

  #arrive(at: "host" | "board", frames: readonly Frame[]): void {
    for (const frame of frames) this[at].do({ kind: "frame", frame, now: this.now }, this.now);
  }
}

/** A pair with a session. */
export function openPair(hostLimits?: LinkLimits, boardLimits?: LinkLimits): LinkPair {
  const pair = new LinkPair(hostLimits, boardLimits);
  pair.pass(0.01);
  if (pair.host.state.kind !== "open" || pair.board.state.kind !== "open") throw new Error("no session");
  return pair;
}
