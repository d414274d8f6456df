/** What a failure means for a campaign. */

import { type ErrorCode, LabError } from "../core/errors.ts";

/** The board is not there, or not as it was: it may come back. */
const absent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "PORT_MISSING",
  "PORT_BUSY",
  "PORT_PERMISSION",
  "NOT_OURS",
  "NO_ANSWER",
  "LINK_LOST",
  "BOARD_RESTARTED",
  "BAD_REPLY",
  // Another program holds it.
  "LOCKED",
]);

/** The board refuses this reading; another one may go well. */
const refused: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["REFUSED", "LIMIT"]);

export const isAbsence = (failure: unknown): failure is LabError =>
  failure instanceof LabError && absent.has(failure.code);

export const isRefusal = (failure: unknown): failure is LabError =>
  failure instanceof LabError && refused.has(failure.code);

export const isInterruption = (failure: unknown): boolean =>
  failure instanceof LabError && failure.code === "INTERRUPTED";

export const interrupted = (): LabError => new LabError("INTERRUPTED", "the campaign was interrupted");
