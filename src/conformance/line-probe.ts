/**
 * The waiting behind the checks: a probe over a transport. Every wait is bounded by the timer, and so is everything that is kept.
 */

import { bytesOf, concatBytes } from "../core/bytes.ts";
import type { Timer } from "../core/clock.ts";
import { Access, type Reach } from "./access.ts";
import type { Board } from "./board.ts";
import type { Ear } from "./ear.ts";
import { isLine, queuedErrorOf } from "./hearing.ts";
import { legible } from "./legible.ts";
import type { FrameLine } from "./link/frame-line.ts";
import { Mismatch, NotApplicable } from "./mismatch.ts";
import type { Patience } from "./patience.ts";
import type { ExchangeOptions, Heard, Probe, QueuedError, Visit } from "./probe.ts";

/** The longest exchange asks for 64 replies; a board that sends more than this talks by itself. */
const maxReplies = 1000;
/** The error queue has 32 entries. */
const maxErrors = 40;

export class LineProbe implements Probe {
  readonly board: Board;
  readonly #timer: Timer;
  readonly #patience: Patience;
  readonly #access: Access;
  pulsesAsked = 0;

  constructor(ear: Ear, board: Board, timer: Timer, patience: Patience, reach: Reach) {
    this.board = board;
    this.#timer = timer;
    this.#patience = patience;
    this.#access = new Access(ear, board.identification, timer, patience, reach);
  }

  get #ear(): Ear {
    return this.#access.ear;
  }

  async exchange(send: Uint8Array, options: ExchangeOptions = {}): Promise<Heard> {
    const { message, reply } = options.barrier ?? { message: "*IDN?", reply: this.board.identification };
    this.#ear.forgetRaw();
    this.#ear.say(send);
    this.#ear.say(bytesOf(`${message}\n`));
    const replies: Uint8Array[] = [];
    while (replies.length <= maxReplies) {
      const scanned = await this.#ear.next(this.#seconds(options));
      if (scanned === undefined) return this.#heard(replies, this.#ear.closed ? "closed" : "no answer");
      if (scanned.kind === "fault") break;
      if (isLine(scanned.bytes, reply)) return this.#heard(replies, "complete");
      replies.push(scanned.bytes);
    }
    return this.#heard(replies, "broken bytes");
  }

  async begin(send: Uint8Array): Promise<void> {
    this.#ear.say(send);
  }

  rest(kind: "silence" | "pause"): Promise<number> {
    const { silenceSeconds, pauseSeconds } = this.#patience;
    const seconds = kind === "silence" ? silenceSeconds : pauseSeconds;
    return new Promise((resolve) => void this.#timer.after(seconds, () => resolve(seconds)));
  }

  async takeErrors(): Promise<QueuedError[]> {
    const errors: QueuedError[] = [];
    while (errors.length < maxErrors) {
      const error = await this.#takeError();
      if (error.number === 0) return errors;
      errors.push(error);
    }
    throw errorQueueMismatch(`${maxErrors} errors and no end of them`);
  }

  reconnect(): Promise<void> {
    return this.#access.reconnect();
  }

  powerCycle(): Promise<void> {
    return this.#access.powerCycle();
  }

  visit(): Promise<Visit> {
    return this.#access.visit();
  }

  async inFrames(speak: (line: FrameLine) => Promise<unknown>): Promise<void> {
    const { link } = this.board;
    if (link === undefined) throw new NotApplicable("the board offers no link on this line");
    await this.#access.inFrames(link, speak);
  }

  /** Makes the board listen again and leaves its error queue empty. False when it cannot be reached any more. */
  async recover(): Promise<boolean> {
    try {
      if (!(await this.#access.backInTouch())) return false;
      this.#ear.say(bytesOf("*CLS\n"));
      await this.takeErrors();
    } catch (thrown) {
      // An error queue that cannot be emptied is for the rules about it to report; a lost line is the end.
      return thrown instanceof Mismatch && !this.#ear.closed;
    }
    return true;
  }

  /** Drives off, and the line closed. */
  async leave(): Promise<void> {
    if (!this.#ear.closed) await this.exchange(bytesOf("*CLS\nCHIP:SAFE?\n"));
    await this.#ear.close();
  }

  async #takeError(): Promise<QueuedError> {
    this.#ear.say(bytesOf("SYST:ERR?\n"));
    const scanned = await this.#ear.next(this.#patience.quickSeconds);
    const error = scanned?.kind === "message" ? queuedErrorOf(scanned.bytes) : undefined;
    if (error !== undefined) return error;
    const came = scanned?.kind === "message" ? `${legible(scanned.bytes)}\\n` : "no answer";
    throw errorQueueMismatch(came);
  }

  #heard(replies: readonly Uint8Array[], ended: Heard["ended"]): Heard {
    return { replies, ended, raw: concatBytes(this.#ear.raw) };
  }

  #seconds({ timeout }: ExchangeOptions): number {
    return timeout === "bulk" ? this.#patience.bulkSeconds : this.#patience.quickSeconds;
  }
}

const errorQueueMismatch = (came: string): Mismatch =>
  new Mismatch({ sent: "SYST:ERR?\\n", expected: 'an error, number,"text", or 0,"No error"', came });
