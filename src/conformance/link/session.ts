/** A session that the kit holds with a board: numbers of both directions, one message at a time, and no frame is ever sent by itself. */

import type { Frame } from "../../../firmware-protocol/frame/frame.ts";
import { sequenceAfter } from "../../../firmware-protocol/link/sequence.ts";
import {
  decodeTerms,
  defaultLimits,
  type LinkLimits,
  type Terms,
} from "../../../firmware-protocol/link/terms.ts";
import { MessageScanner, type Scanned } from "../../../firmware-protocol/scpi/scanner.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import type { FrameLine } from "./frame-line.ts";
import { control, openFrame, type Part } from "./part.ts";
import type { Said } from "./words.ts";

const nothing = new Uint8Array(0);
const maxReplyBytes = 1 << 22;
/** Frames of one reply at most: a descriptor in the shortest ones. */
const maxFrames = 10_000;

export class LinkSession {
  readonly line: FrameLine;
  readonly id: number;
  readonly terms: Terms;
  readonly #scanner = new MessageScanner(maxReplyBytes);
  /** Whole ones that nobody has taken. */
  readonly #replies: Scanned[] = [];
  /** Sequence number of the next data frame to the board. */
  next = 0;
  /** Sequence number of the data frame that is waited for. */
  awaited = 0;

  private constructor(line: FrameLine, id: number, terms: Terms) {
    this.line = line;
    this.id = id;
    this.terms = terms;
  }

  /** Opens a session and confirms it. @throws Mismatch. */
  static async open(line: FrameLine, limits: LinkLimits = defaultLimits): Promise<LinkSession> {
    const session = await LinkSession.offered(line, limits);
    line.say(session.ack());
    return session;
  }

  /** A session that the board accepted and that was not confirmed. @throws Mismatch. */
  static async offered(line: FrameLine, limits: LinkLimits = defaultLimits): Promise<LinkSession> {
    const id = line.newSession();
    line.say(openFrame(id, limits));
    const { payload } = await line.hears("accept", id);
    const terms = decodeTerms(payload);
    if (terms === undefined) throw line.mismatch("accept with version, P and window", undefined);
    return new LinkSession(line, id, terms);
  }

  data(content: string | Uint8Array, change: Partial<Frame> = {}): Frame {
    const payload = typeof content === "string" ? bytesOf(content) : content;
    return { ...this.#placed("data"), payload, ...change };
  }

  /** @param window frames that the kit has room for, all that were negotiated when missing. */
  ack(window?: number): Frame {
    return { ...this.#placed("ack"), ...(window === undefined ? {} : { window }) };
  }

  ping(change: Partial<Frame> = {}): Frame {
    return { ...this.#placed("ping"), ...change };
  }

  ending(kind: "close" | "reset"): Frame {
    return control(kind, this.id, kind === "reset" ? Uint8Array.of(1) : nothing);
  }

  /** Sends a message of at most 64 bytes in a frame of its own and takes the reply to it. @throws Mismatch. */
  async ask(message: string): Promise<string> {
    this.send(message);
    return this.reply();
  }

  /** Puts it in the stream. */
  send(content: string | Uint8Array): void {
    this.line.say(this.data(content));
    this.next = sequenceAfter(this.next);
  }

  /** A message as the data frames that would carry it next. */
  pieces(message: Uint8Array): Frame[] {
    const { payloadBytes } = this.terms;
    return Array.from({ length: Math.ceil(message.length / payloadBytes) }, (_, n) =>
      this.data(message.subarray(n * payloadBytes, (n + 1) * payloadBytes), { sequence: this.next + n }),
    );
  }

  /**
   * The next reply of the stream without its line feed; its frames are acknowledged.
   * @param judge sees every frame that it has to wait for. @throws Mismatch, also that of `judge`.
   */
  async reply(judge: (frame: Frame) => void = () => {}): Promise<string> {
    for (let frames = 0; this.#replies.length === 0 && frames < maxFrames; frames++)
      judge(await this.heardInOrder());
    const reply = this.#replies.shift();
    if (reply?.kind === "message") return textOfBytes(reply.bytes);
    throw this.line.mismatch("a reply", undefined);
  }

  /** @throws Mismatch unless the message is answered so. */
  async answers(message: string, expected: string): Promise<void> {
    const came = await this.ask(message);
    this.expects(came, expected);
  }

  expects(came: string, expected: string): void {
    if (came === expected) return;
    throw this.line.mismatch(`${expected}\\n in frames`, this.#shown(`${came}\n`));
  }

  /**
   * Says something, and a ping behind it. @throws Mismatch unless the next thing that comes is an acknowledgement of all that the
   * session has sent in order, and of no more.
   */
  async pinged(...parts: readonly Part[]): Promise<Frame> {
    this.line.say(...parts, this.ping());
    const { next } = this;
    return this.line.hears("ack", this.id, `acknowledgement ${next}`, (ack) => ack.acknowledgement === next);
  }

  /** The next data frame, whichever it is; acknowledgements before it are passed over. @throws Mismatch. */
  async heardData(): Promise<Frame> {
    for (let frames = 0; frames < maxFrames; frames++) {
      const said = await this.line.next();
      const own = said?.kind === "frame" && said.frame.session === this.id;
      if (own && said.frame.kind === "data") return said.frame;
      if (!own || said.frame.kind !== "ack")
        throw this.line.mismatch(`data of session ${this.id.toString(16)}`, said);
    }
    throw this.line.mismatch("data", undefined);
  }

  /** @throws Mismatch when anything comes that is not an acknowledgement of all that was sent in order, and of no more. */
  async settled(): Promise<void> {
    if (this.#replies.length > 0) throw this.line.mismatch("one reply", this.#shown("a second one"));
    for (let frames = 0; frames < maxFrames; frames++) {
      const said = await this.line.quietly();
      if (said === undefined) return;
      const { id, next } = this;
      const due = said.kind === "frame" && said.frame.kind === "ack" && said.frame.session === id;
      if (!due || said.frame.acknowledgement !== next)
        throw this.line.mismatch(`nothing more than acknowledgement ${next}`, said);
    }
  }

  /**
   * Data in order, acknowledged; what comes again is acknowledged again.
   * @param window that is announced with the acknowledgement. @throws Mismatch.
   */
  async heardInOrder(window?: number): Promise<Frame> {
    for (let frames = 0; frames < maxFrames; frames++) {
      const frame = await this.heardData();
      const fresh = frame.sequence === this.awaited;
      if (fresh) this.awaited = sequenceAfter(this.awaited);
      this.line.say(this.ack(window));
      if (!fresh) continue;
      this.line.passOver(frame);
      this.#replies.push(...this.#scanner.push(frame.payload));
      return frame;
    }
    throw this.line.mismatch("data that are in order", undefined);
  }

  /** What came as one frame, for a person. */
  #shown(text: string): Said {
    return { kind: "frame", frame: this.data(text, { sequence: this.awaited }) };
  }

  #placed(kind: "data" | "ack" | "ping"): Frame {
    const { id: session, next: sequence, awaited: acknowledgement } = this;
    const window = this.terms.windowFrames;
    return { kind, session, sequence, acknowledgement, window, payload: nothing };
  }
}
