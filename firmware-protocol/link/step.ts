/** One step of the link: a state and an input give the next state and what is to be done. Nothing waits, nothing is changed in place. */

import { stepClosing } from "./closing.ts";
import { stepEnded } from "./ended.ts";
import { stepListening } from "./listening.ts";
import { stepOpen } from "./open.ts";
import { stepOpening } from "./opening.ts";
import { sendRoom } from "./sender.ts";
import type { LinkInput, LinkState, Step } from "./state.ts";

/** An input that the state does not allow leaves it as it is and is counted. */
export function step(state: LinkState, input: LinkInput): Step {
  switch (state.kind) {
    case "listening":
      return stepListening(state, input);
    case "opening":
      return stepOpening(state, input);
    case "open":
      return stepOpen(state, input);
    case "closing":
      return stepClosing(state, input);
    case "ended":
      return stepEnded(state, input);
    default:
      return state satisfies never;
  }
}

/** Bytes that may be sent now. */
export const roomOf = (state: LinkState): number =>
  state.kind === "open" ? sendRoom(state.sender, state.terms) : 0;

/** When the next `time` is due, s; undefined when the state waits for nothing. */
export function wakeSeconds(state: LinkState): number | undefined {
  switch (state.kind) {
    case "opening":
    case "closing":
      return state.deadlineSeconds;
    case "open":
      return Math.min(
        state.quietSeconds,
        state.sender.deadlineSeconds ?? Number.POSITIVE_INFINITY,
        state.receiver.acknowledgeSeconds ?? Number.POSITIVE_INFINITY,
      );
    case "listening":
    case "ended":
      return undefined;
    default:
      return state satisfies never;
  }
}
