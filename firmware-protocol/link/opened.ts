/** A session begins: a host's when its `open` is accepted, a board's with the first frame that confirms it. */

import { stepOpen } from "./open.ts";
import { newReceiver } from "./receiver.ts";
import { newSender } from "./sender.ts";
import { type Candidate, count, type LinkInput, type LinkState, type Open, type Step } from "./state.ts";
import { forgetSeconds, keepaliveSeconds } from "./timing.ts";

/** After so long without a frame a host asks, and a board forgets. */
export const patience = (role: LinkState["role"]): number =>
  role === "host" ? keepaliveSeconds : forgetSeconds;

export function newSession(state: LinkState, { session, terms }: Candidate, now: number): Open {
  const { role, limits, owed } = state;
  return {
    kind: "open",
    role,
    limits,
    owed,
    session,
    terms,
    sender: newSender(terms),
    receiver: newReceiver,
    candidate: undefined,
    pingDue: false,
    pings: 0,
    unheard: 0,
    quietSeconds: now + patience(role),
  };
}

/** A board's session begins, and takes the frame that confirmed it. */
export function openSession(
  state: LinkState,
  candidate: Candidate,
  input: Extract<LinkInput, { kind: "frame" }>,
  now: number,
): Step {
  const { session, terms } = candidate;
  const first = stepOpen(newSession(state, candidate, now), input);
  return {
    state: first.state,
    outputs: [{ kind: "opened", session, terms }, count("sessionsOpened"), ...first.outputs],
  };
}
