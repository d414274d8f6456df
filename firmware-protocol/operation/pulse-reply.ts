/** The record of a pulse operation; the board keeps the last one and answers it when the same id comes again. */

import { type Element, number } from "../scpi/element.ts";
import type { Fields } from "../scpi/fields.ts";

export interface PulseReply {
  readonly operationId: number;
  readonly pulses: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What the board keeps of the last pulse operation that it accepted (SPEC.md, At most once). */
export interface PulseRecord extends PulseReply {
  /** CRC-32C of the message that asked for it, without its terminator: a repetition is told from pulses of another host. */
  readonly messageCrc: number;
}

/** Largest operation id: the integers that every host number type holds exactly. */
export const maxOperationId = Number.MAX_SAFE_INTEGER;

export const encodePulseReply = (reply: PulseReply): Element[] =>
  [reply.operationId, reply.pulses, reply.startSeconds, reply.endSeconds].map(number);

export const decodePulseReply = (fields: Fields): PulseReply => ({
  operationId: fields.integer("operation id", 0, maxOperationId),
  pulses: fields.integer("pulses", 0, Number.MAX_SAFE_INTEGER),
  startSeconds: fields.real("start", 0),
  endSeconds: fields.real("end", 0),
});
