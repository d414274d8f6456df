/**
 * One end of a link for a shell to hold: bytes from the line go in, bytes for the line and events come out. It keeps the state, the
 * scanner and the counters, and neither waits nor reads a clock.
 */

import { concatBytes } from "../../src/core/bytes.ts";
import { encodedBound, encodeFrames, type Frame, type FrameFault } from "../frame/frame.ts";
import { FrameScanner } from "../frame/frame-scanner.ts";
import { PortScanner, type Scanned } from "../frame/port-scanner.ts";
import { type CounterName, type LinkCounters, zeroCounters } from "./counters.ts";
import { listening } from "./listening.ts";
import { opening } from "./opening.ts";
import type { EndReason, LinkInput, LinkOutput, LinkState } from "./state.ts";
import { roomOf, step, wakeSeconds } from "./step.ts";
import type { LinkLimits, Terms } from "./terms.ts";

export type LinkEvent =
  /** Bytes of the session, in order, of so many frames; the shell says when they are taken. */
  | { readonly kind: "deliver"; readonly bytes: Uint8Array; readonly frames: number }
  /** Bytes of plain messages (board). */
  | { readonly kind: "plain"; readonly bytes: Uint8Array }
  /** The plain message that had begun will not end (board). */
  | { readonly kind: "abandoned" }
  | { readonly kind: "opened"; readonly session: number; readonly terms: Terms }
  | { readonly kind: "ended"; readonly reason: EndReason };

interface Scanner {
  push(chunk: Uint8Array): readonly Scanned[];
  readonly unsettled: boolean;
  silence(): number;
}

export class LinkEndpoint {
  readonly #scanner: Scanner;
  readonly #counters = zeroCounters();
  #state: LinkState;

  private constructor(state: LinkState, scanner: Scanner) {
    this.#state = state;
    this.#scanner = scanner;
  }

  /** @param session see opening.ts. @throws RangeError for an impossible session id or impossible limits. */
  static host(session: number, limits: LinkLimits, now: number): LinkEndpoint {
    const frames = new FrameScanner(limits.payloadBytes);
    const scanner: Scanner = {
      push: (chunk) => frames.push(chunk),
      unsettled: false,
      silence: () => frames.reset(),
    };
    return new LinkEndpoint(opening(session, limits, now), scanner);
  }

  /** @param maxMessageBytes of plain messages. @throws RangeError for impossible limits. */
  static board(limits: LinkLimits, maxMessageBytes: number): LinkEndpoint {
    return new LinkEndpoint(listening(limits), new PortScanner(limits.payloadBytes, maxMessageBytes));
  }

  get state(): LinkState {
    return this.#state;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  /** Bytes that may be sent now. */
  get room(): number {
    return roomOf(this.#state);
  }

  /** When `elapse` is due, s. */
  get wakeSeconds(): number | undefined {
    return wakeSeconds(this.#state);
  }

  /** True when the line has something to forget once it falls silent (SPEC.md, Timing). */
  get unsettled(): boolean {
    return this.#scanner.unsettled;
  }

  /** Takes bytes from the line. */
  receive(chunk: Uint8Array, now: number): LinkEvent[] {
    const events: LinkEvent[] = [];
    for (const item of this.#scanner.push(chunk)) this.#take(item, now, events);
    return joined(events);
  }

  /** The line was silent for as long as SPEC.md allows inside a message. */
  silence(): void {
    this.#counters.garbageBytes += this.#scanner.silence();
  }

  /** Bytes for the peer. @throws RangeError when they are more than `room`. */
  send(bytes: Uint8Array): void {
    if (bytes.length > this.room) throw new RangeError(`${bytes.length} bytes, room for ${this.room}`);
    this.#step({ kind: "send", bytes });
  }

  /** The shell has taken so many delivered frames. */
  consumed(frames: number): void {
    this.#step({ kind: "consumed", frames });
  }

  /** Time has passed. */
  elapse(now: number): LinkEvent[] {
    return this.#step({ kind: "time", now });
  }

  close(now: number): LinkEvent[] {
    return this.#step({ kind: "close", now });
  }

  /** A program began in plain lines (board). */
  forget(): LinkEvent[] {
    return this.#step({ kind: "forget" });
  }

  /** What the line should carry next, at least one frame and about `enoughBytes`; undefined when there is nothing. */
  transmit(now: number, enoughBytes: number): Uint8Array | undefined {
    const frames: Frame[] = [];
    for (let bytes = 0; bytes < enoughBytes; ) {
      const { state, outputs } = step(this.#state, { kind: "ready", now });
      this.#state = state;
      this.#eventsOf(outputs);
      const due = outputs.find((output) => output.kind === "transmit");
      if (due === undefined) break;
      frames.push(due.frame);
      bytes += encodedBound(due.frame.payload.length);
    }
    return frames.length === 0 ? undefined : encodeFrames(frames);
  }

  #take(item: Scanned, now: number, events: LinkEvent[]): void {
    switch (item.kind) {
      case "frame":
        events.push(...this.#step({ kind: "frame", frame: item.frame, now }));
        return;
      case "plain":
        this.#counters.plainBytes += item.bytes.length;
        events.push(item);
        return;
      case "abandoned":
        events.push(item);
        return;
      case "fault":
        this.#counters[item.fault satisfies FrameFault | "tooLong"]++;
        this.#counters.garbageBytes += item.bytes;
        return;
      default:
        item satisfies never;
    }
  }

  #step(input: LinkInput): LinkEvent[] {
    const { state, outputs } = step(this.#state, input);
    this.#state = state;
    return this.#eventsOf(outputs);
  }

  #eventsOf(outputs: readonly LinkOutput[]): LinkEvent[] {
    return outputs.flatMap((output): LinkEvent[] => {
      switch (output.kind) {
        case "count":
          this.#counters[output.name satisfies CounterName] += output.by;
          return [];
        case "deliver":
          return [{ ...output, frames: 1 }];
        case "opened":
        case "ended":
          return [output];
        case "transmit":
          return [];
        default:
          return output satisfies never;
      }
    });
  }
}

/** Deliveries that follow each other become one: a layer that takes messages of a mebibyte should not see a thousand pieces. */
function joined(events: readonly LinkEvent[]): LinkEvent[] {
  const result: LinkEvent[] = [];
  let parts: Uint8Array[] = [];
  const flush = (): void => {
    const [first] = parts;
    if (first === undefined) return;
    const bytes = parts.length === 1 ? first : concatBytes(parts);
    result.push({ kind: "deliver", bytes, frames: parts.length });
    parts = [];
  };
  for (const event of events) {
    if (event.kind === "deliver") parts.push(event.bytes);
    else {
      flush();
      result.push(event);
    }
  }
  flush();
  return result;
}
