/** States, inputs and outputs of the link, as data. Host and board use the same machine and differ in where they begin. */

import type { Frame } from "../frame/frame.ts";
import type { CounterName } from "./counters.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";
import type { LinkLimits, Terms } from "./terms.ts";

export type Role = "host" | "board";

/** Why a session ended. */
export type EndReason =
  /** `open` was not answered. */
  | "noAnswer"
  /** There is no version of the link, or no frame size and window, that both sides have. */
  | "version"
  | "limits"
  /** Nothing was heard for the documented time. */
  | "silent"
  /** The peer speaks, but acknowledges nothing. */
  | "noProgress"
  /** The peer does not know the session: it restarted, or forgot it. */
  | "reset"
  /** The peer closed the session. */
  | "closedByPeer"
  /** Another host opened a session, or began in plain lines. */
  | "replaced"
  /** This side closed the session. */
  | "closed";

/** An offered session that the host has not confirmed yet; a stale `open` never gets further. */
export interface Candidate {
  readonly session: number;
  readonly terms: Terms;
}

interface Common {
  readonly role: Role;
  readonly limits: LinkLimits;
  /** Frames that answer, waiting for the line; bounded. */
  readonly owed: readonly Frame[];
}

/** A board without a session. */
export interface Listening extends Common {
  readonly kind: "listening";
  readonly candidate: Candidate | undefined;
}

/** A host whose `open` was not answered yet. */
export interface Opening extends Common {
  readonly kind: "opening";
  readonly session: number;
  /** `open` frames until now, the due one included. */
  readonly attempts: number;
  readonly due: boolean;
  readonly deadlineSeconds: number;
}

export interface Open extends Common {
  readonly kind: "open";
  readonly session: number;
  readonly terms: Terms;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly candidate: Candidate | undefined;
  readonly pingDue: boolean;
  /** Pings since something was heard. */
  readonly pings: number;
  /** Timeouts since something was heard. */
  readonly unheard: number;
  /** When the silence of the peer is acted on. */
  readonly quietSeconds: number;
}

/** `close` was sent and not answered yet. */
export interface Closing extends Common {
  readonly kind: "closing";
  readonly session: number;
  readonly attempts: number;
  readonly due: boolean;
  readonly deadlineSeconds: number;
}

/** A host whose session is over; it opens a new one with a new machine. */
export interface Ended extends Common {
  readonly kind: "ended";
  readonly reason: EndReason;
}

export type LinkState = Listening | Opening | Open | Closing | Ended;

export type LinkInput =
  /** A frame came. */
  | { readonly kind: "frame"; readonly frame: Frame; readonly now: number }
  /** Bytes for the peer; at most what `roomOf` says. */
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /** The layer above has taken so many delivered frames. */
  | { readonly kind: "consumed"; readonly frames: number }
  /** The line can take a frame. */
  | { readonly kind: "ready"; readonly now: number }
  /** Time has passed; due when it reaches `wakeSeconds` of the state. */
  | { readonly kind: "time"; readonly now: number }
  | { readonly kind: "close"; readonly now: number }
  /** A program began in plain lines, so whoever had the session is gone (board). */
  | { readonly kind: "forget" };

export type LinkOutput =
  | { readonly kind: "transmit"; readonly frame: Frame }
  | { readonly kind: "deliver"; readonly bytes: Uint8Array }
  | { readonly kind: "opened"; readonly session: number; readonly terms: Terms }
  | { readonly kind: "ended"; readonly reason: EndReason }
  | { readonly kind: "count"; readonly name: CounterName; readonly by: number };

export interface Step<State extends LinkState = LinkState> {
  readonly state: State;
  readonly outputs: readonly LinkOutput[];
}

export const count = (name: CounterName, by = 1): LinkOutput => ({ kind: "count", name, by });

/** What an input that the state does not allow comes to: nothing, but it is counted. */
export const illegal = (state: LinkState): Step => ({ state, outputs: [count("illegal")] });
