/**
 * A board without a session.
 *
 * The theory: `open` is answered with terms, but the session begins only with the host's next frame. An `open` that was delayed in
 * some buffer is answered, too, and nobody confirms it. A frame of any other session is answered with `reset`, so that a host
 * whose board was restarted learns it within one round trip.
 */

import { openSession } from "./opened.ts";
import { answered, offered, stranger } from "./owed.ts";
import { count, illegal, type LinkInput, type Listening, type Role, type Step } from "./state.ts";
import { assertLimits, type LinkLimits } from "./terms.ts";

/** Where a board begins. @throws RangeError for impossible limits. */
export function listening(limits: LinkLimits, role: Role = "board"): Listening {
  assertLimits(limits);
  return { kind: "listening", role, limits, owed: [], candidate: undefined };
}

export function stepListening(state: Listening, input: LinkInput): Step {
  switch (input.kind) {
    case "frame":
      return takeFrame(state, input);
    case "ready":
      return answered(state) ?? { state, outputs: [] };
    case "forget":
      return { state: { ...state, owed: [], candidate: undefined }, outputs: [] };
    case "time":
    case "consumed":
      return { state, outputs: [] };
    case "send":
    case "close":
      return illegal(state);
    default:
      return input satisfies never;
  }
}

function takeFrame(state: Listening, input: Extract<LinkInput, { kind: "frame" }>): Step {
  const { frame, now } = input;
  if (frame.kind === "open") {
    const offer = offered(state, frame);
    if (offer === undefined) return { state, outputs: [count("malformed")] };
    const { outputs, ...answer } = offer;
    return { state: { ...state, ...answer }, outputs };
  }
  const confirms = frame.kind === "data" || frame.kind === "ack" || frame.kind === "ping";
  if (frame.session !== state.candidate?.session || !confirms) return stranger(state, frame);
  return openSession(state, state.candidate, input, now);
}
