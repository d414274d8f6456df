/** A transport for one who asks and listens: says bytes without waiting, and hands out response messages one by one. */

import type { Transport } from "../../drivers/transport/transport.ts";
import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import { bytesOf } from "../core/bytes.ts";
import type { Timer } from "../core/clock.ts";
import { isLine } from "./hearing.ts";
import type { Patience } from "./patience.ts";
import type { Visit } from "./probe.ts";

/** The largest block of a reply (SPEC.md, 3.3) and its header. */
const maxReplyBytes = (1 << 22) + 1024;
/** Messages that nobody has taken yet; beyond it the board talks by itself. */
const maxArrived = 10_000;
/** Bytes kept as they came. */
const maxRawBytes = 1 << 16;

export class Ear {
  readonly #transport: Transport;
  readonly #timer: Timer;
  #scanner = new MessageScanner(maxReplyBytes);
  #arrived: Scanned[] = [];
  #wake: () => void = () => {};
  #diverted: ((chunk: Uint8Array) => void) | undefined;
  #receivedBytes = 0;
  #rawBytes = 0;
  raw: Uint8Array[] = [];
  closed = false;

  constructor(transport: Transport, timer: Timer) {
    this.#transport = transport;
    this.#timer = timer;
    transport.listen({
      bytes: (chunk) => this.#take(chunk),
      closed: () => {
        this.closed = true;
        this.#wake();
      },
    });
  }

  get name(): string {
    return this.#transport.name;
  }

  /** Does not wait for the cable: a board that takes nothing must not hold up the one who asks. */
  say(bytes: Uint8Array): void {
    this.#transport.write(bytes).catch(() => {
      this.closed = true;
      this.#wake();
    });
  }

  /** The next message; undefined when none comes in time, or the line is closed. */
  async next(seconds: number): Promise<Scanned | undefined> {
    if (this.#arrived.length === 0 && !this.closed) await this.#woken(seconds);
    return this.#arrived.shift();
  }

  /** Whether this line comes within the given time; others are dropped. */
  async hears(line: string, seconds: number): Promise<boolean> {
    let over = false;
    const cancel = this.#timer.after(seconds, () => {
      over = true;
      this.#wake();
    });
    while (!over && !this.closed) {
      const scanned = await this.next(seconds);
      if (scanned?.kind === "message" && isLine(scanned.bytes, line)) {
        cancel();
        return true;
      }
    }
    cancel();
    return false;
  }

  /** Waits until nothing arrives for the given time, so many times at most. */
  async quiet(seconds: number, maxWaits: number): Promise<void> {
    for (let waits = 0; waits < maxWaits && !this.closed; waits++) {
      const before = this.#receivedBytes;
      await new Promise<void>((resolve) => void this.#timer.after(seconds, resolve));
      this.#arrived = [];
      if (before === this.#receivedBytes) return;
    }
  }

  /** Listens to what is said to a newcomer, asks for it when nothing is said, and listens for the end. */
  async visited({ attemptSeconds, quickSeconds }: Patience): Promise<Visit> {
    const lines: Uint8Array[] = [];
    const unasked = await this.next(attemptSeconds);
    if (unasked === undefined && !this.closed) this.say(bytesOf("*IDN?\n"));
    for (let said = unasked ?? (await this.next(quickSeconds)); said?.kind === "message"; ) {
      lines.push(said.bytes);
      said = lines.length < maxArrived ? await this.next(attemptSeconds) : undefined;
    }
    return { lines, hungUp: this.closed };
  }

  /** Drops what came, whole or not. */
  forget(): void {
    this.#arrived = [];
    this.#scanner = new MessageScanner(maxReplyBytes);
    this.forgetRaw();
  }

  forgetRaw(): void {
    this.raw = [];
    this.#rawBytes = 0;
  }

  get diverted(): boolean {
    return this.#diverted !== undefined;
  }

  /** What arrives goes to somebody else, or to this ear again. */
  divert(take: ((chunk: Uint8Array) => void) | undefined): void {
    this.#diverted = take;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.#transport.close();
  }

  #take(chunk: Uint8Array): void {
    if (this.#diverted !== undefined) {
      this.#diverted(chunk);
      return;
    }
    this.#receivedBytes += chunk.length;
    if (this.#rawBytes + chunk.length <= maxRawBytes) {
      this.raw.push(chunk);
      this.#rawBytes += chunk.length;
    }
    for (const scanned of this.#scanner.push(chunk))
      if (this.#arrived.length < maxArrived) this.#arrived.push(scanned);
    if (this.#arrived.length > 0) this.#wake();
  }

  #woken(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timer.after(seconds, resolve);
      this.#wake = (): void => {
        cancel();
        resolve();
      };
    });
  }
}
