/**
 * Whose turn it is on the Bulk-OUT endpoint. Messages and requests for input share it, so the order in which they are sent
 * decides whether a board with little memory can get stuck.
 *
 * The theory: a reply is owed for every query sent. As long as replies are owed, one request for input is kept outstanding
 * (never two: USBTMC 1.0, 3.3), and the board answers NAK until it has something. A message is sent only when no reply is
 * owed, or while a request is outstanding. So a board that takes no message before its response has gone always finds the
 * request for it already there, and never waits for one that is queued behind a message that it does not take. A query
 * that the board refuses to answer blocks nobody: the outstanding request serves the next reply.
 */

export interface Exchange {
  /** Response messages that were called for and did not end yet. */
  readonly owed: number;
  /** A REQUEST_DEV_DEP_MSG_IN was sent and its transfer has not ended. */
  readonly requested: boolean;
}

export const quiet: Exchange = { owed: 0, requested: false };

export type Step = "send" | "request" | "wait";

/** @param waiting messages that are to be sent. */
export function nextStep({ owed, requested }: Exchange, waiting: number): Step {
  if (owed > 0 && !requested) return "request";
  return waiting > 0 ? "send" : "wait";
}

export const messageSent = (before: Exchange, replies: number): Exchange => ({
  ...before,
  owed: before.owed + replies,
});

export const requestSent = (before: Exchange): Exchange => ({ ...before, requested: true });

/** A requested transfer came in. */
export const transferEnded = ({ owed }: Exchange, endOfMessage: boolean): Exchange => ({
  owed: Math.max(0, owed - (endOfMessage ? 1 : 0)),
  requested: false,
});
