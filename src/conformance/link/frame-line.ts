/**
 * A line on which the kit speaks frames itself: no window, no repetition and no state machine stand between a rule and the bytes.
 * What the board answers is told apart into frames and plain lines and handed out one by one.
 */

import type { Frame, FrameKind } from "../../../firmware-protocol/frame/frame.ts";
import { PortScanner, type Scanned } from "../../../firmware-protocol/frame/port-scanner.ts";
import { highestPayloadBytes, type Offer } from "../../../firmware-protocol/link/terms.ts";
import { concatBytes, textOfBytes } from "../../core/bytes.ts";
import type { Timer } from "../../core/clock.ts";
import { Mismatch } from "../mismatch.ts";
import type { Patience } from "../patience.ts";
import { control, isBytes, type Part, partWords, wireOf } from "./part.ts";
import { type Said, wordsOf } from "./words.ts";

/** Of plain replies; those of the link's rules are short. */
const maxPlainBytes = 1 << 16;
const maxArrived = 10_000;

export interface FrameLineOptions {
  readonly write: (bytes: Uint8Array) => void;
  readonly timer: Timer;
  readonly patience: Patience;
  readonly offer: Offer;
  /** Gives an id that this run has not used, all of its bytes other than 0. */
  readonly newSession: () => number;
}

export class FrameLine {
  readonly #options: FrameLineOptions;
  readonly #scanner = new PortScanner(highestPayloadBytes, maxPlainBytes);
  readonly #arrived: Said[] = [];
  /** Data that were taken and acknowledged, as session and sequence. */
  readonly #taken = new Set<string>();
  #plain = "";
  #said = "";
  #wake: () => void = () => {};

  constructor(options: FrameLineOptions) {
    this.#options = options;
  }

  /** What the board says that it takes. */
  get offer(): Offer {
    return this.#options.offer;
  }

  newSession(): number {
    return this.#options.newSession();
  }

  /** Bytes from the board. */
  take(chunk: Uint8Array): void {
    for (const scanned of this.#scanner.push(chunk)) this.#sort(scanned);
    if (this.#arrived.length > 0) this.#wake();
  }

  say(...parts: readonly Part[]): void {
    this.#said = parts.map(partWords).join(", ");
    this.#options.write(concatBytes(parts.map(wireOf)));
  }

  /** @param kind how long SPEC.md lets a board do what is waited out, beyond its own waits. */
  rest(kind: "silence" | "stopped" | "forgotten"): Promise<void> {
    const { silenceSeconds, quickSeconds, forgottenSeconds } = this.#options.patience;
    const seconds = { silence: silenceSeconds, stopped: quickSeconds, forgotten: forgottenSeconds }[kind];
    return new Promise((resolve) => void this.#options.timer.after(seconds, resolve));
  }

  /** What the board says next; undefined when it says nothing for 5 s, or what is given. */
  async next(seconds = this.#options.patience.quickSeconds): Promise<Said | undefined> {
    if (this.#arrived.length === 0) await this.#woken(seconds);
    return this.#arrived.shift();
  }

  /** @throws Mismatch unless the next thing that comes is a frame of this kind and session of which `holds` is true. */
  async hears(
    kind: FrameKind,
    session: number,
    what = "",
    holds: (frame: Frame) => boolean = () => true,
  ): Promise<Frame> {
    const said = await this.next();
    const fits = said?.kind === "frame" && said.frame.kind === kind && said.frame.session === session;
    if (fits && holds(said.frame)) return said.frame;
    throw this.mismatch(`${kind} of session ${session.toString(16)} ${what}`.trim(), said);
  }

  /** @throws Mismatch unless this plain line comes next. */
  async hearsPlain(text: string): Promise<void> {
    const said = await this.next();
    if (said?.kind !== "plain" || said.text !== text) throw this.mismatch(`the plain line ${text}\\n`, said);
  }

  /** What comes before the line is quiet; undefined when it is. */
  quietly(): Promise<Said | undefined> {
    return this.next(this.#options.patience.quietSeconds);
  }

  /** @throws Mismatch when anything comes while the line should be quiet. */
  async hearsNothing(): Promise<void> {
    const said = await this.quietly();
    if (said !== undefined) throw this.mismatch("nothing", said);
  }

  /** Says what the board must not answer. It must answer the `close` of a session that nobody has behind it. @throws Mismatch. */
  async unanswered(...parts: readonly Part[]): Promise<void> {
    const session = this.newSession();
    this.say(...parts, control("close", session));
    await this.hears("closed", session, "alone");
    await this.hearsNothing();
  }

  /** @throws Mismatch unless the board says that it does not know the session of this frame. */
  async unknown(frame: Frame): Promise<void> {
    this.say(frame);
    await this.hears("reset", frame.session, "with reason 1", ({ payload }) => isBytes(payload, 1));
  }

  /** Data that were acknowledged may come again where the acknowledgement was late: then nobody hears them any more. */
  passOver({ session, sequence }: Frame): void {
    this.#taken.add(`${session} ${sequence}`);
  }

  mismatch(expected: string, came: Said | undefined): Mismatch {
    return new Mismatch({ sent: this.#said, expected, came: wordsOf(came) });
  }

  #sort(scanned: Scanned): void {
    switch (scanned.kind) {
      case "frame":
        if (!this.#isTaken(scanned.frame)) this.#arrives(scanned);
        return;
      case "fault":
        this.#arrives({ kind: "broken", fault: scanned.fault });
        return;
      case "abandoned":
        this.#plain = "";
        this.#arrives({ kind: "broken", fault: "a plain line without an end" });
        return;
      case "plain":
        this.#takePlain(textOfBytes(scanned.bytes));
        return;
      default:
        scanned satisfies never;
    }
  }

  #isTaken({ kind, session, sequence }: Frame): boolean {
    return kind === "data" && this.#taken.has(`${session} ${sequence}`);
  }

  #takePlain(text: string): void {
    const lines = (this.#plain + text).split("\n");
    this.#plain = (lines.pop() ?? "").slice(-maxPlainBytes);
    for (const line of lines) this.#arrives({ kind: "plain", text: line });
  }

  #arrives(said: Said): void {
    if (this.#arrived.length < maxArrived) this.#arrived.push(said);
  }

  #woken(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.timer.after(seconds, resolve);
      this.#wake = (): void => {
        cancel();
        resolve();
      };
    });
  }
}
