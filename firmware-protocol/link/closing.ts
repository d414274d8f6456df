/**
 * A side that has sent `close` and waits for `closed`.
 *
 * The theory: whoever closes wants nothing more, so data that are under way are dropped. The other side may be gone already, so
 * `close` is sent three times and then the session is over anyway; a board that never heard it forgets the session by itself.
 */

import type { Frame } from "../frame/frame.ts";
import { endSession } from "./ended.ts";
import { answered, controlFrame, owing, stranger, transmit } from "./owed.ts";
import { type Closing, count, illegal, type LinkInput, type Open, type Step } from "./state.ts";
import { closeAttempts, closeSeconds } from "./timing.ts";

export function closing(state: Open, now: number): Closing {
  const { role, limits, owed, session } = state;
  const deadlineSeconds = now + closeSeconds;
  return { kind: "closing", role, limits, owed, session, attempts: 1, due: true, deadlineSeconds };
}

export function stepClosing(state: Closing, input: LinkInput): Step {
  switch (input.kind) {
    case "frame":
      return input.frame.session === state.session
        ? takeOwn(state, input.frame)
        : stranger(state, input.frame);
    case "ready":
      return answered(state) ?? ask(state);
    case "time":
      return input.now < state.deadlineSeconds ? { state, outputs: [] } : again(state, input.now);
    case "consumed":
      return { state, outputs: [] };
    case "forget":
      return state.role === "board" ? endSession(state, "closed") : illegal(state);
    case "send":
    case "close":
      return illegal(state);
    default:
      return input satisfies never;
  }
}

function takeOwn(state: Closing, frame: Frame): Step {
  switch (frame.kind) {
    case "closed":
      return endSession(state, "closed", [count("closes")]);
    case "reset":
      return endSession(state, "closed", [count("resets")]);
    case "close": {
      // Both closed at once: each answers the other.
      const owed = owing(state.owed, controlFrame("closed", state.session));
      return { state: { ...state, owed }, outputs: [count("closes")] };
    }
    case "data":
    case "ack":
    case "ping":
    case "open":
    case "accept":
      return { state, outputs: [count("unexpected")] };
    default:
      return frame.kind satisfies never;
  }
}

function ask(state: Closing): Step {
  if (!state.due) return { state, outputs: [] };
  const outputs = [transmit(controlFrame("close", state.session)), count("closesSent")];
  return { state: { ...state, due: false }, outputs };
}

function again(state: Closing, now: number): Step {
  if (state.attempts === closeAttempts) return endSession(state, "closed", [count("timeouts")]);
  const deadlineSeconds = now + closeSeconds;
  return {
    state: { ...state, attempts: state.attempts + 1, due: true, deadlineSeconds },
    outputs: [count("timeouts")],
  };
}
