/** One operation of the protocol over a session, with its timeout and its refusals as typed errors. */

import {
  decodeResponse,
  type Operation,
  type Outcome,
  requestMessage,
} from "../../firmware-protocol/operation/operation.ts";
import { printable } from "../../firmware-protocol/scpi/parse.ts";
import { type ErrorCode, LabError, textOf } from "../../src/core/errors.ts";
import type { Session } from "./session.ts";

/** SCPI-99, 21.8.1: an error text has at most 255 characters. */
const maxErrorText = 255;

/** SPEC.md, Timing. */
export const timeoutSeconds = { quick: 5, bulk: 60 } as const;

/** @throws LabError REFUSED, BAD_REPLY, NO_ANSWER, LINK_LOST. */
export async function perform<Request, Reply>(
  session: Session,
  operation: Operation<Request, Reply>,
  request: Request,
): Promise<Reply> {
  const message = requestMessage(operation, request);
  const response = await session.query(message, operation.header, timeoutSeconds[operation.timeout]);
  const outcome = decoded(session, operation, response);
  if (outcome.ok) return outcome.reply;
  throw new LabError(
    codeOf[outcome.error] ?? "REFUSED",
    `${session.name} refused ${operation.header} ${outcome.error}, "${printable(outcome.text, maxErrorText)}"`,
    {
      next:
        nextAfter[outcome.error] ??
        "nothing was applied; the text says which value is outside the board's limits",
    },
  );
}

const chipLocked = 1005;
const codeOf: Readonly<Record<number, ErrorCode>> = { [chipLocked]: "LOCKED" };

/** Refusals that are no matter of a value (SPEC.md, Errors). */
const nextAfter: Readonly<Record<number, string>> = {
  1003: "the board programs by itself: wait until its run has ended, or end it with PROGram:ABORt",
  [chipLocked]:
    "wait until the program that has locked the chip has ended; pcmlab lock --chip RESOURCE says which it is",
  1004: "the board restarted or began another run since: read the region before any further pulse",
};

function decoded<Request, Reply>(
  session: Session,
  operation: Operation<Request, Reply>,
  response: Uint8Array,
): Outcome<Reply> {
  try {
    return decodeResponse(operation, response);
  } catch (cause) {
    const message = `${session.name} answered ${operation.header} with what the protocol does not allow: ${textOf(cause)}`;
    throw new LabError("BAD_REPLY", message, { cause, next: "check the firmware against SPEC.md" });
  }
}
