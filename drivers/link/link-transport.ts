/**
 * A reliable transport over one that loses and damages bytes: the shell that waits around the machine of firmware-protocol/link.
 * Messages run through it unchanged.
 */

import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import { LinkEndpoint, type LinkEvent } from "../../firmware-protocol/link/endpoint.ts";
import { defaultLimits, type LinkLimits, type Terms } from "../../firmware-protocol/link/terms.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import { linkFailure } from "./link-failure.ts";

export interface LinkOptions {
  readonly limits?: LinkLimits;
}

export interface LinkTransport extends Transport {
  readonly terms: Terms;
  counters(): LinkCounters;
  /** Smoothed over the frames that were acknowledged; undefined before the first, and after the end. */
  readonly roundTripSeconds: number | undefined;
}

/** Handed to the line at a time: enough to keep it busy, little enough that what was lost does not wait behind it. */
const burstBytes = 8192;
const lineFeed = Uint8Array.of(0x0a);

/**
 * Opens a session with the board behind `transport` and returns the reliable transport. Its `write` comes back when the bytes are
 * in the bounded send window; its `close` closes `transport` as well.
 * @param session random, 1 to 2^32 - 1.
 * @throws LabError NO_ANSWER after 4.5 s without an answer (`transport` stays open then, for plain lines), NOT_OURS, LINK_LOST.
 */
export async function openLink(
  transport: Transport,
  timer: Timer,
  clock: Clock,
  session: number,
  options: LinkOptions = {},
): Promise<LinkTransport> {
  const shell = new LinkShell(transport, timer, clock, session, options.limits ?? defaultLimits);
  const terms = await shell.opened;
  return {
    name: transport.name,
    terms,
    counters: () => shell.counters,
    get roundTripSeconds() {
      return shell.roundTripSeconds;
    },
    listen: (listener) => shell.listen(listener),
    write: (bytes) => shell.write(bytes),
    close: () => shell.close(),
  };
}

interface Waiting {
  bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (failure: LabError) => void;
}

class LinkShell {
  readonly #transport: Transport;
  readonly #timer: Timer;
  readonly #clock: Clock;
  readonly #endpoint: LinkEndpoint;
  readonly #inbox = new Inbox();
  readonly #waiting: Waiting[] = [];
  readonly opened: Promise<Terms>;
  #settleOpening: { resolve(terms: Terms): void; reject(failure: LabError): void } | undefined;
  #settleClosing: () => void = () => {};
  #closing: Promise<void> | undefined;
  #lineBusy = false;
  #isPumpDue = false;
  #cancelWake: () => void = () => {};

  constructor(transport: Transport, timer: Timer, clock: Clock, session: number, limits: LinkLimits) {
    this.#transport = transport;
    this.#timer = timer;
    this.#clock = clock;
    this.#endpoint = LinkEndpoint.host(session, limits, this.#now());
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpening = { resolve, reject };
    });
    transport.listen({
      bytes: (chunk) => this.#handle(this.#endpoint.receive(chunk, this.#now())),
      closed: (reason) => this.#end(reason),
    });
    // Ends a plain line that a program before us left unfinished: a frame begins where a message would.
    this.#put(lineFeed);
    this.#arm();
  }

  get counters(): LinkCounters {
    return this.#endpoint.counters;
  }

  get roundTripSeconds(): number | undefined {
    const { state } = this.#endpoint;
    return state.kind === "open" ? state.sender.roundTrip.smoothedSeconds : undefined;
  }

  listen(listener: TransportListener): void {
    this.#inbox.listen(listener);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#inbox.closedBy !== undefined) return Promise.reject(this.#inbox.closedBy);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#accept();
      this.#pumpSoon();
    });
  }

  /** Says good-bye, waits for the answer, 0.6 s at most, and closes the transport below. */
  close(): Promise<void> {
    this.#closing ??= this.#closed();
    return this.#closing;
  }

  async #closed(): Promise<void> {
    if (this.#endpoint.state.kind === "open" && this.#inbox.closedBy === undefined) {
      await new Promise<void>((resolve) => {
        this.#settleClosing = resolve;
        this.#handle(this.#endpoint.close(this.#now()));
      });
    }
    this.#end(linkFailure(this.#transport.name, "closed"));
    await this.#transport.close();
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
        this.#inbox.bytes(event.bytes);
        this.#endpoint.consumed(event.frames);
        return;
      case "opened":
        this.#settleOpening?.resolve(event.terms);
        this.#settleOpening = undefined;
        return;
      case "ended":
        this.#end(linkFailure(this.#transport.name, event.reason));
        return;
      case "plain":
      case "abandoned":
        return;
      default:
        event satisfies never;
    }
  }

  /** Together with what is written next without waiting: each burst wakes the board up, and costs a call of the system on both sides. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      if (this.#inbox.closedBy === undefined) this.#pump();
    });
  }

  #work(): void {
    this.#accept();
    this.#pump();
  }

  /** Moves what was written into the send window as far as there is room. */
  #accept(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const part = first.bytes.subarray(0, this.#endpoint.room);
      if (part.length > 0) this.#endpoint.send(part.slice());
      first.bytes = first.bytes.subarray(part.length);
      if (first.bytes.length > 0) return;
      this.#waiting.shift();
      first.resolve();
    }
  }

  #pump(): void {
    if (this.#lineBusy) return;
    const bytes = this.#endpoint.transmit(this.#now(), burstBytes);
    if (bytes === undefined) return;
    this.#put(bytes);
    this.#accept();
    this.#arm();
  }

  #put(bytes: Uint8Array): void {
    this.#lineBusy = true;
    this.#transport.write(bytes).then(
      () => {
        this.#lineBusy = false;
        this.#pump();
      },
      (cause: unknown) => this.#end(this.#lost(cause)),
    );
  }

  /** Sets the one timer anew whenever the machine may wait for something else. */
  #arm(): void {
    this.#cancelWake();
    const wake = this.#endpoint.wakeSeconds;
    if (wake === undefined || this.#inbox.closedBy !== undefined) return;
    this.#cancelWake = this.#timer.after(Math.max(0, wake - this.#now()), () =>
      this.#handle(this.#endpoint.elapse(this.#now())),
    );
  }

  #end(failure: LabError): void {
    this.#cancelWake();
    this.#settleOpening?.reject(failure);
    this.#settleOpening = undefined;
    this.#settleClosing();
    this.#inbox.close(failure);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
  }

  #lost(cause: unknown): LabError {
    return cause instanceof LabError
      ? cause
      : new LabError("LINK_LOST", `writing to ${this.#transport.name} failed`, { cause });
  }
}
