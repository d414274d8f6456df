/** SYSTem:LOCK:OWNer? — to whom the lock of the board belongs, for how long, and whether this session holds it. */

import { decodeLock, encodeLock, type LockReply } from "./lock-state.ts";
import type { Operation } from "./operation.ts";

export const lockOwner: Operation<Record<never, never>, LockReply> = {
  header: "SYSTem:LOCK:OWNer?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: encodeLock,
  decodeReply: decodeLock,
};
