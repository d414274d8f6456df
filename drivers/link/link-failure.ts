/** Why a link ended, as errors of the catalogue; the reason itself stays readable by programs as the cause. */

import type { EndReason } from "../../firmware-protocol/link/state.ts";
import { type ErrorCode, LabError } from "../../src/core/errors.ts";

/** The cause of the LabError that a failed link gives. */
class LinkEnd extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`link ended: ${reason}`);
    this.name = "LinkEnd";
    this.reason = reason;
  }
}

interface Description {
  readonly code: ErrorCode;
  readonly what: string;
  readonly next: string;
}

const reconnect = "connect again; what was under way is settled by its operation ids";

const descriptions: Readonly<Record<EndReason, Description>> = {
  noAnswer: {
    code: "NO_ANSWER",
    what: "does not answer the opening of a link",
    next: "use plain lines (--link off) when its firmware has no link, else check baud rate and power",
  },
  version: {
    code: "NOT_OURS",
    what: "speaks no version of the link that this program speaks",
    next: "update the firmware or this program",
  },
  limits: {
    code: "NOT_OURS",
    what: "has no frame size or window that this program can use",
    next: "its firmware must take payloads of at least 64 bytes (SPEC.md, link)",
  },
  silent: {
    code: "NO_ANSWER",
    what: "fell silent",
    next: "check the cable and the board's power, then connect again",
  },
  noProgress: {
    code: "NO_ANSWER",
    what: "speaks, but acknowledges nothing",
    next: "check that no other program uses the port, and the board's firmware",
  },
  reset: { code: "LINK_LOST", what: "does not know the session: the board restarted", next: reconnect },
  closedByPeer: { code: "LINK_LOST", what: "closed the link", next: reconnect },
  replaced: { code: "LINK_LOST", what: "was taken over by another program", next: reconnect },
  closed: { code: "LINK_LOST", what: "was closed", next: "connect again" },
};

/** The error for whoever waits on a link that ended. */
export function linkFailure(name: string, reason: EndReason): LabError {
  const { code, what, next } = descriptions[reason];
  return new LabError(code, `${name} ${what}`, { next, cause: new LinkEnd(reason) });
}

/** The reason within an error that a link gave; undefined for every other error. */
export const linkEndOf = (failure: unknown): EndReason | undefined =>
  failure instanceof LabError && failure.cause instanceof LinkEnd ? failure.cause.reason : undefined;
