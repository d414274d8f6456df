/**
 * A host that has sent `open` and waits for `accept`.
 *
 * The theory: `open` is repeated with doubling pauses, since it or its answer may be lost, and since a board that is in the middle of
 * a plain message of a program that died hears it only after the silence that ends the message. `reset` with a reason is a refusal;
 * one without may be the answer to an old frame and counts for nothing here. Frames of an older session are answered with `reset`.
 */

import type { Frame } from "../frame/frame.ts";
import { newSession } from "./opened.ts";
import { answered, controlFrame, stranger, transmit } from "./owed.ts";
import { count, type EndReason, illegal, type LinkInput, type Opening, type Step } from "./state.ts";
import { acceptable, assertLimits, decodeReset, decodeTerms, encodeOffer, type LinkLimits } from "./terms.ts";
import { maxOpenSeconds, openAttempts, openSeconds } from "./timing.ts";

/**
 * Where a host begins.
 * @param session 1 to 2^32 - 1, drawn at random, so that a restarted host is not taken for the one before.
 * @throws RangeError for an impossible session id or impossible limits.
 */
export function opening(session: number, limits: LinkLimits, now: number): Opening {
  assertLimits(limits);
  if (!Number.isInteger(session) || session < 1 || session >= 2 ** 32) {
    throw new RangeError(`session id ${session} is not within 1 to 2^32 - 1`);
  }
  const deadlineSeconds = now + openSeconds;
  return {
    kind: "opening",
    role: "host",
    limits,
    owed: [],
    session,
    attempts: 1,
    due: true,
    deadlineSeconds,
  };
}

export function stepOpening(state: Opening, input: LinkInput): Step {
  switch (input.kind) {
    case "frame":
      return input.frame.session === state.session
        ? takeOwn(state, input.frame, input.now)
        : stranger(state, input.frame);
    case "ready":
      return answered(state) ?? ask(state);
    case "time":
      return input.now < state.deadlineSeconds ? { state, outputs: [] } : again(state, input.now);
    case "close":
      return end(state, "closed");
    case "consumed":
    case "send":
    case "forget":
      return illegal(state);
    default:
      return input satisfies never;
  }
}

function takeOwn(state: Opening, frame: Frame, now: number): Step {
  if (frame.kind === "reset") {
    const reason = decodeReset(frame.payload);
    return reason === "unknownSession"
      ? { state, outputs: [count("resets")] }
      : end(state, reason, [count("resets")]);
  }
  if (frame.kind !== "accept") return { state, outputs: [count("unexpected")] };
  const terms = decodeTerms(frame.payload);
  if (terms === undefined || !acceptable(terms, state.limits))
    return { state, outputs: [count("malformed")] };
  const { session } = state;
  const open = newSession(state, { session, terms }, now);
  return {
    // The board begins the session with the next frame that it gets.
    state: { ...open, receiver: { ...open.receiver, owesAcknowledgement: true } },
    outputs: [count("handshakes"), { kind: "opened", session, terms }, count("sessionsOpened")],
  };
}

function ask(state: Opening): Step {
  if (!state.due) return { state, outputs: [] };
  const frame = controlFrame("open", state.session, encodeOffer(state.limits));
  return { state: { ...state, due: false }, outputs: [transmit(frame), count("handshakesSent")] };
}

function again(state: Opening, now: number): Step {
  if (state.attempts === openAttempts) return end(state, "noAnswer", [count("timeouts")]);
  const deadlineSeconds = now + Math.min(openSeconds * 2 ** state.attempts, maxOpenSeconds);
  return {
    state: { ...state, attempts: state.attempts + 1, due: true, deadlineSeconds },
    outputs: [count("timeouts")],
  };
}

function end(state: Opening, reason: EndReason, outputs: Step["outputs"] = []): Step {
  const { role, limits } = state;
  return {
    state: { kind: "ended", role, limits, owed: [], reason },
    outputs: [...outputs, { kind: "ended", reason }, count("sessionsFailed")],
  };
}
