/** What the record of the last pulse operation says of a message that comes (SPEC.md, 11). */

import type { PulseRecord, PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";

/**
 * The reply to a message that comes again; undefined for a greater id.
 * @throws ScpiFault 1001 for a smaller id, whose record is gone, and for the last one in another message, which is of another host.
 */
export function repeatedPulse(
  last: PulseRecord | undefined,
  operationId: number,
  messageCrc: number,
): PulseReply | undefined {
  if (last === undefined || operationId > last.operationId) return undefined;
  if (operationId === last.operationId && messageCrc === last.messageCrc) return last;
  throw new ScpiFault(1001, usedText(operationId, last.operationId));
}

const usedText = (operationId: number, lastId: number): string =>
  operationId === lastId
    ? `operation id ${operationId} was that of another message`
    : `operation id ${operationId}, the last one was ${lastId}`;
