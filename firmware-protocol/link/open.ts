/**
 * A session in which bytes flow both ways.
 *
 * The theory: any frame of the session shows that the peer lives, and all but those of the handshake carry an acknowledgement and a
 * window. The line is asked for: only when it can take a frame is it decided which one, so acknowledgements and what was lost
 * overtake new data, many arrivals are answered by one acknowledgement, and what was acknowledged meanwhile is not sent again. Silence
 * is found by counting, not by looking at the clock: a host that was busy for a minute hears what came before it gives up.
 */

import type { Frame } from "../frame/frame.ts";
import { closing } from "./closing.ts";
import { endSession } from "./ended.ts";
import { transmitted } from "./open-transmit.ts";
import { openSession, patience } from "./opened.ts";
import { answered, controlFrame, offered, owing, stranger } from "./owed.ts";
import { consumed, type Receiver, received } from "./receiver.ts";
import { acknowledged, expired, isBlocked, queued, sendRoom } from "./sender.ts";
import { count, illegal, type LinkInput, type LinkOutput, type Open, type Step } from "./state.ts";
import { decodeTerms, encodeTerms } from "./terms.ts";
import { keepaliveSeconds, maxPings, maxTimeouts } from "./timing.ts";

type FrameInput = Extract<LinkInput, { kind: "frame" }>;
const nothing = new Uint8Array(0);

export function stepOpen(state: Open, input: LinkInput): Step {
  switch (input.kind) {
    case "frame":
      return input.frame.session === state.session ? takeOwn(state, input) : takeForeign(state, input);
    case "send":
      if (input.bytes.length > sendRoom(state.sender, state.terms)) return illegal(state);
      return { state: { ...state, sender: queued(state.sender, input.bytes) }, outputs: [] };
    case "consumed":
      if (input.frames > state.receiver.untaken) return illegal(state);
      return {
        state: { ...state, receiver: consumed(state.receiver, input.frames, state.terms) },
        outputs: [],
      };
    case "ready":
      return answered(state) ?? transmitted(state, input.now);
    case "time":
      return pass(state, input.now);
    case "close":
      return { state: closing(state, input.now), outputs: [] };
    case "forget":
      if (state.role === "host") return illegal(state);
      return endSession({ ...state, owed: [], candidate: undefined }, "replaced");
    default:
      return input satisfies never;
  }
}

function takeForeign(state: Open, input: FrameInput): Step {
  const { frame } = input;
  if (state.role === "board" && frame.kind === "open") {
    const offer = offered(state, frame);
    if (offer === undefined) return { state, outputs: [count("malformed")] };
    const { outputs, candidate, owed } = offer;
    return { state: { ...state, owed, candidate: candidate ?? state.candidate }, outputs };
  }
  const confirms = frame.kind === "data" || frame.kind === "ack" || frame.kind === "ping";
  if (!confirms || frame.session !== state.candidate?.session) return stranger(state, frame);
  const ended: readonly LinkOutput[] = [{ kind: "ended", reason: "replaced" }, count("sessionsFailed")];
  const opened = openSession(state, state.candidate, input, input.now);
  return { state: opened.state, outputs: [...ended, ...opened.outputs] };
}

function takeOwn(state: Open, { frame, now }: FrameInput): Step {
  const heard: Open = { ...state, pings: 0, unheard: 0, quietSeconds: now + patience(state.role) };
  switch (frame.kind) {
    case "data":
      return takeData(heard, frame, now);
    case "ack":
      return withAcknowledgement(heard, frame, now, frame.payload, "acknowledgements");
    case "ping": {
      const receiver = { ...heard.receiver, owesAcknowledgement: true };
      return withAcknowledgement({ ...heard, receiver }, frame, now, nothing, "pings");
    }
    case "open":
    case "accept":
      return takeHandshake(heard, frame);
    case "close": {
      const owed = owing(heard.owed, controlFrame("closed", heard.session));
      return endSession({ ...heard, owed }, "closedByPeer", [count("closes")]);
    }
    case "reset":
      return endSession(heard, "reset", [count("resets")]);
    case "closed":
      return { state: heard, outputs: [count("unexpected")] };
    default:
      return frame.kind satisfies never;
  }
}

/** The other side has not heard the answer: a board accepts again, a host confirms again. */
function takeHandshake(state: Open, frame: Frame): Step {
  if (frame.kind === "open" && state.role === "board") {
    const accept = controlFrame("accept", state.session, encodeTerms(state.terms));
    return { state: { ...state, owed: owing(state.owed, accept) }, outputs: [count("handshakes")] };
  }
  if (frame.kind === "accept" && state.role === "host" && decodeTerms(frame.payload) !== undefined) {
    const receiver = { ...state.receiver, owesAcknowledgement: true };
    return { state: { ...state, receiver }, outputs: [count("handshakes")] };
  }
  return { state, outputs: [count("unexpected")] };
}

function takeData(state: Open, frame: Frame, now: number): Step {
  if (frame.payload.length === 0 || frame.payload.length > state.terms.payloadBytes) {
    return { state, outputs: [count("malformed")] };
  }
  const { receiver, found, delivered } = received(state.receiver, frame, state.terms, now);
  const step = withAcknowledgement(state, frame, now, nothing, found);
  if (step.state === state || step.state.kind !== "open") return step;
  return {
    state: { ...step.state, receiver },
    outputs: [...step.outputs, ...delivered.flatMap(delivery)],
  };
}

const delivery = (bytes: Uint8Array): LinkOutput[] => [
  { kind: "deliver", bytes },
  count("bytesDelivered", bytes.length),
];

/** Takes what a frame says about our own data. One that acknowledges what was never sent is not believed in anything. */
function withAcknowledgement(
  state: Open,
  frame: Frame,
  now: number,
  held: Uint8Array,
  found: "acknowledgements" | "pings" | ReturnType<typeof received>["found"],
): Step {
  const { acknowledgement, window } = frame;
  const result = acknowledged(state.sender, { acknowledgement, window, held }, state.terms, now);
  if (result === undefined) return { state, outputs: [count("badAcknowledgement")] };
  const full = window === 0 && result.sender.queuedBytes > 0;
  return {
    state: { ...state, sender: result.sender },
    outputs: [count(found), ...(full ? [count("windowFull")] : [])],
  };
}

function pass(state: Open, now: number): Step {
  const { deadlineSeconds } = state.sender;
  const { acknowledgeSeconds } = state.receiver;
  if (acknowledgeSeconds !== undefined && now >= acknowledgeSeconds) {
    const receiver: Receiver = {
      ...state.receiver,
      owesAcknowledgement: true,
      acknowledgeSeconds: undefined,
    };
    return { state: { ...state, receiver }, outputs: [] };
  }
  if (deadlineSeconds !== undefined && now >= deadlineSeconds) return timeout(state, now);
  return now >= state.quietSeconds ? quiet(state, now) : { state, outputs: [] };
}

/** Nothing was acknowledged in time. While the receiver has no room this is no failure, but it is asked again. */
function timeout(state: Open, now: number): Step {
  const waiting = state.sender.inFlight.length === 0;
  if (waiting && !isBlocked(state.sender)) {
    return { state: { ...state, sender: { ...state.sender, deadlineSeconds: undefined } }, outputs: [] };
  }
  const sender = expired(state.sender, now);
  const outputs = [count("timeouts")];
  const unheard = state.unheard + 1;
  if (sender.timeouts > maxTimeouts) {
    return endSession(state, unheard > maxTimeouts ? "silent" : "noProgress", outputs);
  }
  return { state: { ...state, sender, unheard, pingDue: state.pingDue || waiting }, outputs };
}

/** Nothing was heard for a while: a host asks, a board forgets. */
function quiet(state: Open, now: number): Step {
  if (state.role === "board") return endSession(state, "silent");
  if (state.pings === maxPings) return endSession(state, "silent", [count("timeouts")]);
  const pings = state.pings + 1;
  return { state: { ...state, pings, pingDue: true, quietSeconds: now + keepaliveSeconds }, outputs: [] };
}
