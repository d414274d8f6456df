/** SYSTem:LOCK:REQuest? — takes the lock of the board for an owner, or renews it; this session holds it then. */

import { number, string } from "../scpi/element.ts";
import { decodeLock, decodeOwner, encodeLock, type LockReply, longestLeaseSeconds } from "./lock-state.ts";
import type { Operation } from "./operation.ts";

export interface LockRequest {
  /** 1 to 64 printable ASCII characters but the quotation mark; showing it is all that it takes to be the owner. */
  readonly owner: string;
  /** In real time, from now on. */
  readonly leaseSeconds: number;
}

/** `holds` is whether the lock is this owner's now: it is not while another one has it. */
export const lockRequest: Operation<LockRequest, LockReply> = {
  header: "SYSTem:LOCK:REQuest?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: ({ owner, leaseSeconds }) => [string(owner), number(leaseSeconds)],
  decodeRequest: (fields) => ({
    owner: decodeOwner(fields),
    leaseSeconds: fields.real("lease", 1, longestLeaseSeconds),
  }),
  encodeReply: encodeLock,
  decodeReply: decodeLock,
};
