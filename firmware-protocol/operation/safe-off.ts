/** CHIP:SAFE? — switches all drives off; they stay off until the next pulse. */

import type { Operation } from "./operation.ts";

export const safeOff: Operation<Record<never, never>, Record<never, never>> = {
  header: "CHIP:SAFE?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: () => [],
  decodeReply: () => ({}),
};
