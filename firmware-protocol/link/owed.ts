/** Answers that wait for the line, and what every state does with a frame that belongs to none of its sessions. */

import type { Frame, FrameKind } from "../frame/frame.ts";
import { type Candidate, count, type LinkOutput, type LinkState, type Step } from "./state.ts";
import { decodeOffer, encodeReset, encodeTerms, negotiated, type ResetReason } from "./terms.ts";
import { maxOwedFrames } from "./timing.ts";

const nothing = new Uint8Array(0);

/** A frame without a place in the stream of data. */
export const controlFrame = (kind: FrameKind, session: number, payload: Uint8Array = nothing): Frame => ({
  kind,
  session,
  sequence: 0,
  acknowledgement: 0,
  window: 0,
  payload,
});

/** The newest answers are kept: what is forgotten was an answer to something that will be repeated. */
export const owing = (owed: readonly Frame[], frame: Frame): readonly Frame[] =>
  [...owed, frame].slice(-maxOwedFrames);

/** Sends the oldest answer, if there is one. */
export function answered(state: LinkState): Step | undefined {
  const [frame, ...owed] = state.owed;
  return frame && { state: { ...state, owed }, outputs: [transmit(frame), count(sentName(frame.kind))] };
}

export const transmit = (frame: Frame): LinkOutput => ({ kind: "transmit", frame });

/** A frame of a session that is not known here: the sender is told, unless the frame was itself an answer. */
export function stranger(state: LinkState, frame: Frame): Step {
  const outputs = [count("staleSession")];
  switch (frame.kind) {
    case "data":
    case "ack":
    case "ping":
      return { state: owingReset(state, frame.session, "unknownSession"), outputs };
    case "close":
      return {
        state: { ...state, owed: owing(state.owed, controlFrame("closed", frame.session)) },
        outputs,
      };
    case "open":
    case "accept":
    case "reset":
    case "closed":
      return { state, outputs };
    default:
      return frame.kind satisfies never;
  }
}

interface Offered {
  readonly candidate: Candidate | undefined;
  readonly owed: readonly Frame[];
  readonly outputs: readonly LinkOutput[];
}

/** A board's answer to `open`: terms, or why there are none. The session begins when the host confirms. */
export function offered(state: LinkState, frame: Frame): Offered | undefined {
  const offer = decodeOffer(frame.payload);
  if (offer === undefined || frame.session === 0) return undefined;
  const terms = negotiated(offer, state.limits);
  const outputs = [count("handshakes")];
  if (typeof terms === "string") {
    return { candidate: undefined, owed: owingReset(state, frame.session, terms).owed, outputs };
  }
  const accept = controlFrame("accept", frame.session, encodeTerms(terms));
  return { candidate: { session: frame.session, terms }, owed: owing(state.owed, accept), outputs };
}

function owingReset<State extends LinkState>(state: State, session: number, reason: ResetReason): State {
  return { ...state, owed: owing(state.owed, controlFrame("reset", session, encodeReset(reason))) };
}

function sentName(kind: FrameKind) {
  switch (kind) {
    case "data":
      return "dataSent";
    case "ack":
      return "acknowledgementsSent";
    case "ping":
      return "pingsSent";
    case "open":
    case "accept":
      return "handshakesSent";
    case "close":
    case "closed":
      return "closesSent";
    case "reset":
      return "resetsSent";
    default:
      return kind satisfies never;
  }
}
