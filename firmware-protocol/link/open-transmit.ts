/**
 * Which frame of an open session goes next: news of what is held behind a gap, then data, a ping, an acknowledgement. Every one
 * of them carries the acknowledgement and the window; only `ack` has room for the bitmap.
 */

import type { Frame } from "../frame/frame.ts";
import { transmit } from "./owed.ts";
import { heldBitmap, openWindow, settled } from "./receiver.ts";
import { takeDue } from "./sender.ts";
import { count, type Open, type Step } from "./state.ts";

const nothing = new Uint8Array(0);

/** The next frame for a line that can take one, if any. */
export function transmitted(state: Open, now: number): Step {
  const { receiver, terms } = state;
  if (receiver.owesAcknowledgement && receiver.held.size > 0) return sendAcknowledgement(state);
  const due = takeDue(state.sender, terms, now);
  if (due !== undefined) {
    const frame = frameOf(state, "data", due.payload, due.sequence);
    const counts = due.again
      ? [count("retransmitted")]
      : [count("dataSent"), count("bytesSent", due.payload.length)];
    return { state: { ...informed(state), sender: due.sender }, outputs: [transmit(frame), ...counts] };
  }
  if (state.pingDue) {
    const outputs = [transmit(frameOf(state, "ping", nothing)), count("pingsSent")];
    return { state: { ...informed(state), pingDue: false }, outputs };
  }
  return receiver.owesAcknowledgement ? sendAcknowledgement(state) : { state, outputs: [] };
}

function sendAcknowledgement(state: Open): Step {
  const frame = frameOf(state, "ack", heldBitmap(state.receiver, state.terms));
  return { state: informed(state), outputs: [transmit(frame), count("acknowledgementsSent")] };
}

const informed = (state: Open): Open => ({ ...state, receiver: settled(state.receiver) });

const frameOf = (
  { session, sender, receiver, terms }: Open,
  kind: Frame["kind"],
  payload: Uint8Array,
  sequence = sender.next,
): Frame => ({
  kind,
  session,
  sequence,
  acknowledgement: receiver.next,
  window: openWindow(receiver, terms),
  payload,
});
