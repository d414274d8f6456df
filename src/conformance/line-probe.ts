/**
 * The waiting behind the checks: a probe over a transport. Every wait is bounded by the timer, and so is everything that is kept.
 * After a broken rule the board may be inside a block, and its replies may still be on their way, so the probe makes itself heard
 * again as a greeting does: it lets the line fall quiet, sends LF and `*IDN?`, and repeats that beyond the silence after which a
 * board gives an unfinished message up.
 */

import type { Transport } from "../../drivers/transport/transport.ts";
import { bytesOf, concatBytes } from "../core/bytes.ts";
import type { Timer } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import type { Board } from "./board.ts";
import { Ear } from "./ear.ts";
import { isLine, queuedErrorOf } from "./hearing.ts";
import { legible } from "./legible.ts";
import { Mismatch, Unchecked } from "./mismatch.ts";
import type { Patience } from "./patience.ts";
import type { ExchangeOptions, Heard, Probe, QueuedError } from "./probe.ts";

/** How the session gets at its board again; what is missing cannot be tested. */
export interface Reach {
  readonly connect?: (() => Promise<Transport>) | undefined;
  /** Switches the board off and on and connects to it. */
  readonly powerCycle?: (() => Promise<Transport>) | undefined;
}

/** The longest exchange asks for 64 replies; a board that sends more than this talks by itself. */
const maxReplies = 1000;
/** The error queue has 32 entries. */
const maxErrors = 40;
const maxQuietWaits = 50;
/** To the power of the attempt: ends a block that a board waits for in spite of the silence, when it is no longer than some thousand bytes. */
const lineFeeds = 8;

export class LineProbe implements Probe {
  readonly board: Board;
  readonly #timer: Timer;
  readonly #patience: Patience;
  readonly #reach: Reach;
  #ear: Ear;
  pulsesAsked = 0;

  constructor(ear: Ear, board: Board, timer: Timer, patience: Patience, reach: Reach) {
    this.#ear = ear;
    this.board = board;
    this.#timer = timer;
    this.#patience = patience;
    this.#reach = reach;
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

  rest(kind: "silence" | "pause"): Promise<void> {
    const { silenceSeconds, pauseSeconds } = this.#patience;
    const seconds = kind === "silence" ? silenceSeconds : pauseSeconds;
    return new Promise((resolve) => void this.#timer.after(seconds, resolve));
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

  async reconnect(): Promise<void> {
    const { connect } = this.#reach;
    if (connect === undefined) throw new Unchecked("this session cannot connect again");
    await this.#attach(connect);
  }

  async powerCycle(): Promise<void> {
    const { powerCycle } = this.#reach;
    if (powerCycle === undefined)
      throw new Unchecked("needs a power cycle; give --power-cycle a command that does one");
    await this.#attach(powerCycle);
  }

  /** Makes the board listen again and leaves its error queue empty. False when it cannot be reached any more. */
  async recover(): Promise<boolean> {
    try {
      if (this.#ear.closed) await this.reconnect();
      else if (!(await this.#resynchronised(1))) return false;
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

  async #attach(open: () => Promise<Transport>): Promise<void> {
    await this.#ear.close();
    const failure = await this.#opened(open);
    if (failure === undefined && (await this.#resynchronised(0))) return;
    throw new Mismatch({
      sent: "*IDN?\\n over a new connection",
      expected: this.board.identification,
      came: failure ?? "nothing that looks like it",
    });
  }

  /** Why there is no connection; undefined when there is. */
  async #opened(open: () => Promise<Transport>): Promise<string | undefined> {
    try {
      this.#ear = new Ear(await open(), this.#timer);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof LabError) return thrown.message;
      throw thrown;
    }
  }

  /** @param firstExponent 0 where nothing can be unfinished: then no line feed is sent at first. */
  async #resynchronised(firstExponent: 0 | 1): Promise<boolean> {
    const { attempts, attemptSeconds, quietSeconds } = this.#patience;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const exponent = firstExponent + attempt;
      await this.#ear.quiet(quietSeconds, maxQuietWaits);
      this.#ear.forget();
      this.#ear.say(bytesOf(`${exponent === 0 ? "" : "\n".repeat(lineFeeds ** exponent)}*IDN?\n`));
      if (!(await this.#ear.hears(this.board.identification, attemptSeconds))) continue;
      await this.#ear.quiet(quietSeconds, maxQuietWaits);
      this.#ear.forget();
      return true;
    }
    return false;
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
