/** SYSTem:LOCK:RELease? — frees the lock of the board when it is of exactly this owner, whoever asks. */

import { string } from "../scpi/element.ts";
import { decodeLock, decodeOwner, encodeLock, type LockReply } from "./lock-state.ts";
import type { Operation } from "./operation.ts";

export interface LockRelease {
  /** Naming it keeps a release that comes late from freeing the lock of the next owner. */
  readonly owner: string;
}

export const lockRelease: Operation<LockRelease, LockReply> = {
  header: "SYSTem:LOCK:RELease?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: ({ owner }) => [string(owner)],
  decodeRequest: (fields) => ({ owner: decodeOwner(fields) }),
  encodeReply: encodeLock,
  decodeReply: decodeLock,
};
