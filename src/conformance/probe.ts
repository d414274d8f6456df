/** What a check may do with a board. The waiting behind it is in line-probe.ts; what comes is judged by the pure parts. */

import type { Board } from "./board.ts";
import type { FrameLine } from "./link/frame-line.ts";

/** The response messages that came before that of the barrier, without their line feeds. */
export interface Heard {
  readonly replies: readonly Uint8Array[];
  /** All bytes that came, the reply to the barrier included. */
  readonly raw: Uint8Array;
  /** Why nothing more came; "complete" when the barrier was answered. */
  readonly ended: "complete" | "no answer" | "broken bytes" | "closed";
}

/** A query whose reply nothing else answers: it stands behind what was sent, so that a silence needs no waiting. */
export interface Barrier {
  readonly message: string;
  readonly reply: string;
}

export type TimeoutClass = "quick" | "bulk";

export interface ExchangeOptions {
  readonly timeout?: TimeoutClass;
  /** `*IDN?` unless given. */
  readonly barrier?: Barrier;
}

export interface QueuedError {
  readonly number: number;
  readonly text: string;
}

/** What a client that comes while another is there is told. */
export interface Visit {
  /** Response messages, without their line feeds. */
  readonly lines: readonly Uint8Array[];
  readonly hungUp: boolean;
}

export interface Probe {
  readonly board: Board;
  /** Pulses that the board was asked for by requests that it must accept. */
  pulsesAsked: number;
  /** Sends bytes and the barrier behind them, and waits for the barrier's reply. */
  exchange(send: Uint8Array, options?: ExchangeOptions): Promise<Heard>;
  /** Sends bytes of which the board cannot make a message yet. */
  begin(send: Uint8Array): Promise<void>;
  /** Rests longer than a board bears inside a message, or so short that it must; for how long (s). */
  rest(kind: "silence" | "pause"): Promise<number>;
  /** Empties the error queue, oldest first. @throws Mismatch when it has no end or answers something else. */
  takeErrors(): Promise<QueuedError[]>;
  /** A new connection to the same board. @throws Unchecked when this session cannot make one. */
  reconnect(): Promise<void>;
  /**
   * Connects a second time beside this connection, asks `*IDN?` when nothing comes by itself, and leaves.
   * @throws Unchecked when this session cannot connect; LabError when the board takes no connection.
   */
  visit(): Promise<Visit>;
  /** Speaks frames on the line of a board that offers a link, and messages again afterwards. @throws Unchecked, Mismatch. */
  inFrames(speak: (line: FrameLine) => Promise<unknown>): Promise<void>;
  /** Switches the board off and on. @throws Unchecked when this session cannot do that. */
  powerCycle(): Promise<void>;
}
