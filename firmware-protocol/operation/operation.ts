/**
 * What every operation of the protocol has in common. Its reply is one response message whose first element is 0, or a
 * SCPI error number followed by its text as a string; so replies can be pipelined and a refusal is never a silence.
 */

import { concatBytes } from "../../src/core/bytes.ts";
import { type Element, encodeElements, encodeUnit, number, string } from "../scpi/element.ts";
import { Fields } from "../scpi/fields.ts";
import { parseElements } from "../scpi/parse.ts";

/** How long a host waits for the reply: see the table of SPEC.md. */
export type TimeoutClass = "quick" | "bulk";

export interface Operation<Request, Reply> {
  /** Header pattern, capitals for the short form. */
  readonly header: string;
  /** True when a lost reply may be answered by asking again. */
  readonly repeatable: boolean;
  readonly timeout: TimeoutClass;
  encodeRequest(request: Request): Element[];
  /** @throws ScpiFault when a field is missing, of the wrong kind or out of range. */
  decodeRequest(fields: Fields): Request;
  encodeReply(reply: Reply): Element[];
  /** @throws ScpiFault when the reply is not what the protocol says. */
  decodeReply(fields: Fields): Reply;
}

/** The board's refusal of one operation. */
export interface Refusal {
  readonly error: number;
  readonly text: string;
}

export type Outcome<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | ({ readonly ok: false } & Refusal);

const terminator = Uint8Array.of(0x0a);

/** The program message that asks for an operation, terminator included. */
export function requestMessage<Request>(
  operation: Operation<Request, unknown>,
  request: Request,
): Uint8Array {
  return concatBytes([encodeUnit(operation.header, operation.encodeRequest(request)), terminator]);
}

/** The request of a parsed unit. @throws ScpiFault. */
export function decodeRequest<Request>(
  operation: Pick<Operation<Request, unknown>, "decodeRequest">,
  parameters: readonly Element[],
): Request {
  const fields = new Fields(parameters);
  const request = operation.decodeRequest(fields);
  fields.end();
  return request;
}

/** The response of a successful operation, without the terminator. */
export function successResponse<Reply>(
  operation: Pick<Operation<unknown, Reply>, "encodeReply">,
  reply: Reply,
): Uint8Array {
  return encodeElements([number(0), ...operation.encodeReply(reply)]);
}

/** The response of a refused operation, without the terminator. */
export const refusalResponse = (refusal: Refusal): Uint8Array =>
  encodeElements([number(refusal.error), string(refusal.text)]);

/** Takes a response message apart. @throws ScpiFault when it is not a response to this operation. */
export function decodeResponse<Reply>(
  operation: Pick<Operation<unknown, Reply>, "decodeReply">,
  message: Uint8Array,
): Outcome<Reply> {
  const fields = new Fields(parseElements(message));
  const error = fields.integer("status", -32_768, 32_767);
  if (error !== 0) {
    const text = fields.string("error text");
    fields.end();
    return { ok: false, error, text };
  }
  const reply = operation.decodeReply(fields);
  fields.end();
  return { ok: true, reply };
}
