/**
 * How the kit gets at its board, and gets its attention again. After a broken rule the board may be inside a block, and its replies
 * may still be on their way, so it is greeted: the line falls quiet, LF and `*IDN?` are sent, and that is repeated beyond the silence
 * after which a board gives an unfinished message up.
 */

import type { Transport } from "../../drivers/transport/transport.ts";
import type { Offer } from "../../firmware-protocol/link/terms.ts";
import { bytesOf } from "../core/bytes.ts";
import type { Timer } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import { Ear } from "./ear.ts";
import { FrameLine } from "./link/frame-line.ts";
import { Mismatch, Unchecked } from "./mismatch.ts";
import type { Patience } from "./patience.ts";
import type { Visit } from "./probe.ts";

/** How the session gets at its board again; what is missing cannot be tested. */
export interface Reach {
  readonly connect?: (() => Promise<Transport>) | undefined;
  /** Switches the board off and on and connects to it. */
  readonly powerCycle?: (() => Promise<Transport>) | undefined;
  /** The bare line below, where messages travel through a link: frames are spoken there while the link is closed. */
  readonly port?: (() => Promise<Transport>) | undefined;
}

const maxQuietWaits = 50;
/** To the power of the attempt: ends a block that a board waits for in spite of the silence, when it is no longer than some thousand bytes. */
const lineFeeds = 8;
/** Of the link, in the runs of this kit. */
const firstSession = 0x50434d00;

export class Access {
  readonly #identification: string;
  readonly #timer: Timer;
  readonly #patience: Patience;
  readonly #reach: Reach;
  #ear: Ear;
  #sessions = 0;

  constructor(ear: Ear, identification: string, timer: Timer, patience: Patience, reach: Reach) {
    this.#ear = ear;
    this.#identification = identification;
    this.#timer = timer;
    this.#patience = patience;
    this.#reach = reach;
  }

  get ear(): Ear {
    return this.#ear;
  }

  async reconnect(): Promise<void> {
    await this.#attach(this.#connect);
  }

  async powerCycle(): Promise<void> {
    const { powerCycle } = this.#reach;
    if (powerCycle === undefined)
      throw new Unchecked("needs a power cycle; give --power-cycle a command that does one");
    await this.#attach(powerCycle);
  }

  async visit(): Promise<Visit> {
    const second = new Ear(await this.#connect(), this.#timer);
    try {
      return await second.visited(this.#patience);
    } finally {
      await second.close();
    }
  }

  /** @param offer what the board says that its link takes. */
  async inFrames(offer: Offer, speak: (line: FrameLine) => Promise<unknown>): Promise<void> {
    if (this.#reach.port !== undefined) await this.#changeTo(this.#reach.port, "the bare line");
    const line = new FrameLine({
      write: (bytes) => this.#ear.say(bytes),
      timer: this.#timer,
      patience: this.#patience,
      offer,
      newSession: () => this.#newSession(),
    });
    this.#ear.divert((chunk) => line.take(chunk));
    await speak(line);
    this.#ear.divert(undefined);
    if (this.#reach.port !== undefined) await this.reconnect();
    else if (!(await this.#resynchronised(0))) throw this.#lost("*IDN?\\n behind a frame");
  }

  /** After a broken rule. False when the board hears nothing any more. @throws Unchecked, Mismatch. */
  async backInTouch(): Promise<boolean> {
    const onBareLine = this.#ear.diverted && this.#reach.port !== undefined;
    this.#ear.divert(undefined);
    if (!this.#ear.closed && !onBareLine) return this.#resynchronised(1);
    await this.reconnect();
    return true;
  }

  /** Ids whose bytes are all other than 0 for as long as a run opens fewer than 255 sessions. */
  #newSession(): number {
    this.#sessions += 1;
    return firstSession + this.#sessions;
  }

  get #connect(): () => Promise<Transport> {
    const { connect } = this.#reach;
    if (connect === undefined) throw new Unchecked("this session cannot connect again");
    return connect;
  }

  async #attach(open: () => Promise<Transport>): Promise<void> {
    await this.#changeTo(open, "a new connection");
    if (!(await this.#resynchronised(0))) throw this.#lost("*IDN?\\n over a new connection");
  }

  async #changeTo(open: () => Promise<Transport>, what: string): Promise<void> {
    await this.#ear.close();
    const failure = await this.#opened(open);
    if (failure !== undefined) throw this.#lost(`*IDN?\\n over ${what}`, failure);
  }

  #lost(sent: string, came = "nothing that looks like it"): Mismatch {
    return new Mismatch({ sent, expected: this.#identification, came });
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
      if (!(await this.#ear.hears(this.#identification, attemptSeconds))) continue;
      await this.#ear.quiet(quietSeconds, maxQuietWaits);
      this.#ear.forget();
      return true;
    }
    return false;
  }
}
