/**
 * The board's end of a serial port that frames and plain lines share. What comes in frames goes to a firmware line of its own,
 * a new one for each session, and its responses go back in frames; plain lines are answered in plain lines.
 */

import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import { LinkEndpoint, type LinkEvent } from "../../firmware-protocol/link/endpoint.ts";
import { defaultLimits, type LinkLimits } from "../../firmware-protocol/link/terms.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import {
  type HostedBoard,
  type HostedLine,
  type ServedLine,
  serveLine,
  silenceSeconds,
} from "../host/line-server.ts";
import type { LineServer, WriteLine } from "../host/pty-host.ts";
import { firstContactEar } from "./first-contact.ts";

export interface LinkedLine extends ServedLine {
  counters(): LinkCounters;
}

/** Handed to the line at a time. */
const burstBytes = 8192;
/** Larger than any message of any profile: where a plain block ends is believed up to here. */
const maxPlainMessageBytes = 1 << 24;
const lineFeed = 0x0a;

/** For a host: lines with a link on one port. */
export const serveLinked =
  (clock: Clock, limits: LinkLimits = defaultLimits): LineServer =>
  (board, timer, write) =>
    linkedLine(board, timer, clock, write, limits);

export function linkedLine(
  board: HostedBoard,
  timer: Timer,
  clock: Clock,
  write: WriteLine,
  limits: LinkLimits = defaultLimits,
): LinkedLine {
  const shell = new BoardShell(board, timer, clock, write, limits);
  return {
    receive: (chunk) => shell.receive(chunk),
    counters: () => shell.counters,
    stop: () => shell.stop(),
  };
}

class BoardShell {
  readonly #board: HostedBoard;
  readonly #timer: Timer;
  readonly #clock: Clock;
  readonly #write: WriteLine;
  readonly #limits: LinkLimits;
  readonly #endpoint: LinkEndpoint;
  readonly #plainLine: HostedLine;
  readonly #servedPlain: ServedLine;
  readonly #isFirstContact = firstContactEar();
  #plainWork: Promise<void> | undefined;
  #session: SessionWork;
  #lineBusy = false;
  #stopped = false;
  #cancelWake = (): void => {};
  #cancelSilence = (): void => {};

  constructor(board: HostedBoard, timer: Timer, clock: Clock, write: WriteLine, limits: LinkLimits) {
    this.#board = board;
    this.#timer = timer;
    this.#clock = clock;
    this.#write = write;
    this.#endpoint = LinkEndpoint.board(limits, maxPlainMessageBytes);
    this.#limits = limits;
    this.#plainLine = board.openLine((response) => void this.#write(response), limits);
    this.#servedPlain = serveLine(this.#plainLine, timer, write);
    this.#session = this.#newSession();
  }

  get counters(): LinkCounters {
    return this.#endpoint.counters;
  }

  receive(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#stopped) return undefined;
    this.#cancelSilence();
    this.#plainWork = undefined;
    this.#handle(this.#endpoint.receive(chunk, this.#now()));
    if (this.#endpoint.unsettled)
      this.#cancelSilence = this.#timer.after(silenceSeconds, () => this.#endpoint.silence());
    return this.#plainWork;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelWake();
    this.#cancelSilence();
    this.#servedPlain.stop();
  }

  /** What the board says later is sent while the session is the current one. */
  #newSession(): SessionWork {
    const session: SessionWork = new SessionWork(
      this.#board.openLine((response) => {
        session.say(response);
        if (session === this.#session) this.#work();
      }, this.#limits),
    );
    return session;
  }

  #now(): number {
    return this.#clock.monotonicSeconds();
  }

  #handle(events: readonly LinkEvent[]): void {
    for (const event of events) this.#on(event);
    this.#work();
    this.#arm();
  }

  #on(event: LinkEvent): void {
    switch (event.kind) {
      case "deliver":
        this.#session.take(event.bytes, event.frames);
        return;
      case "plain":
        if (this.#isFirstContact(event.bytes)) for (const end of this.#endpoint.forget()) this.#on(end);
        this.#plainWork = this.#servedPlain.receive(event.bytes);
        return;
      case "abandoned":
        this.#plainLine.silence();
        return;
      case "opened":
      case "ended":
        // An unfinished message dies with its session.
        this.#session = this.#newSession();
        return;
      default:
        event satisfies never;
    }
  }

  #work(): void {
    this.#session.run(this.#endpoint);
    this.#pump();
  }

  #pump(): void {
    if (this.#lineBusy || this.#stopped) return;
    for (;;) {
      const bytes = this.#endpoint.transmit(this.#now(), burstBytes);
      if (bytes === undefined) return;
      this.#session.run(this.#endpoint);
      const written = this.#write(bytes);
      if (written === undefined) continue;
      this.#lineBusy = true;
      void written.then(() => {
        this.#lineBusy = false;
        this.#work();
        this.#arm();
      });
      return;
    }
  }

  #arm(): void {
    this.#cancelWake();
    const wake = this.#endpoint.wakeSeconds;
    if (wake === undefined || this.#stopped) return;
    this.#cancelWake = this.#timer.after(Math.max(0, wake - this.#now()), () =>
      this.#handle(this.#endpoint.elapse(this.#now())),
    );
  }
}

/** The messages of one session: the next one is executed only when the responses of those before are in the send window. */
class SessionWork {
  readonly #line: HostedLine;
  readonly #requests: { readonly bytes: Uint8Array; readonly frames: number }[] = [];
  readonly #responses: Uint8Array[] = [];
  /** Where the first request goes on. */
  #at = 0;

  constructor(line: HostedLine) {
    this.#line = line;
  }

  take(bytes: Uint8Array, frames: number): void {
    this.#requests.push({ bytes, frames });
  }

  /** A response that comes by itself. */
  say(response: Uint8Array): void {
    this.#responses.push(response);
  }

  run(endpoint: LinkEndpoint): void {
    while (this.#flushed(endpoint)) {
      const request = this.#requests[0];
      if (request === undefined) return;
      // A message ends at a line feed, so one piece completes one message at most.
      const end = request.bytes.indexOf(lineFeed, this.#at) + 1 || request.bytes.length;
      this.#responses.push(...this.#line.receive(request.bytes.subarray(this.#at, end)));
      this.#at = end;
      if (end < request.bytes.length) continue;
      this.#requests.shift();
      this.#at = 0;
      endpoint.consumed(request.frames);
    }
  }

  /** Moves responses into the send window; true when none is left. */
  #flushed(endpoint: LinkEndpoint): boolean {
    for (let first = this.#responses[0]; first !== undefined; first = this.#responses[0]) {
      const part = first.subarray(0, endpoint.room);
      if (part.length === 0) return false;
      endpoint.send(part);
      if (part.length === first.length) this.#responses.shift();
      else this.#responses[0] = first.subarray(part.length);
    }
    return true;
  }
}
