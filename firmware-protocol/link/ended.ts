/** A session is over: a host's machine stays there, a board listens again. */

import {
  count,
  type Ended,
  type EndReason,
  illegal,
  type LinkInput,
  type LinkState,
  type Step,
} from "./state.ts";

/** How a session that was open ends on either side. A board does not forget a session that was offered meanwhile. */
export function endSession(state: LinkState, reason: EndReason, outputs: Step["outputs"] = []): Step {
  const { role, limits, owed } = state;
  const candidate = state.kind === "open" ? state.candidate : undefined;
  const failed = reason !== "closed" && reason !== "closedByPeer";
  return {
    state:
      role === "board"
        ? { kind: "listening", role, limits, owed, candidate }
        : { kind: "ended", role, limits, owed: [], reason },
    outputs: [...outputs, { kind: "ended", reason }, ...(failed ? [count("sessionsFailed")] : [])],
  };
}

/** Nothing leads out of the end; what still comes is counted and not answered. */
export function stepEnded(state: Ended, input: LinkInput): Step {
  switch (input.kind) {
    case "frame":
      return { state, outputs: [count("staleSession")] };
    case "ready":
    case "time":
    case "consumed":
      return { state, outputs: [] };
    case "send":
    case "close":
    case "forget":
      return illegal(state);
    default:
      return input satisfies never;
  }
}
