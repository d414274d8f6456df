/** SYSTem:OPERation:LAST? — the boot id, new at every power-up, and the last operation id that was accepted since. */

import { number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";
import { maxOperationId } from "./pulse-reply.ts";

export interface LastOperationReply {
  readonly bootId: number;
  /** 0 when none was accepted since power-up. */
  readonly lastOperationId: number;
}

export const lastOperation: Operation<Record<never, never>, LastOperationReply> = {
  header: "SYSTem:OPERation:LAST?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: ({ bootId, lastOperationId }) => [number(bootId), number(lastOperationId)],
  decodeReply: (fields) => ({
    bootId: fields.integer("boot id", 0, 2 ** 32 - 1),
    lastOperationId: fields.integer("last operation id", 0, maxOperationId),
  }),
};
