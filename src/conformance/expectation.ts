/** What a response message must be: pure judgements with the words for a person. */

import { decodeResponse, type Operation, type Outcome } from "../../firmware-protocol/operation/operation.ts";
import { scpiErrors } from "../../firmware-protocol/scpi/errors.ts";
import { bytesOf, textOfBytes } from "../core/bytes.ts";
import { legible } from "./legible.ts";

export interface Expectation {
  readonly what: string;
  fits(reply: Uint8Array): boolean;
}

/** SCPI-99, volume 2, 21.8.1. */
const maxErrorText = 255;

/** Exactly this, in Latin-1. */
export const text = (expected: string): Expectation => ({
  what: `${legible(bytesOf(expected))}\\n`,
  fits: (reply) => textOfBytes(reply) === expected,
});

export const like = (expression: RegExp, what: string): Expectation => ({
  what,
  fits: (reply) => expression.test(textOfBytes(reply)),
});

/** An operation was done, and its reply has exactly the fields of section 10 in their ranges. */
export function done<Reply>(
  operation: Pick<Operation<unknown, Reply>, "decodeReply">,
  what = "its reply fields",
  holds: (reply: Reply) => boolean = () => true,
): Expectation {
  return {
    what: `0 and ${what}`,
    fits(reply) {
      const outcome = outcomeOf(operation, reply);
      return outcome?.ok === true && holds(outcome.reply);
    },
  };
}

/** An operation was refused with one of these numbers and a text. */
export const refusal = (...numbers: readonly number[]): Expectation => ({
  what: numbers.map((number) => `${number},"${standardText(number)}..."`).join(" or "),
  fits(reply) {
    const outcome = outcomeOf(nothing, reply);
    return outcome?.ok === false && numbers.includes(outcome.error);
  },
});

/** Text of at most 255 characters that begins with the standard's; details follow after `;`. */
export function isErrorText({ error, text }: { readonly error: number; readonly text: string }): boolean {
  const standard = standardText(error);
  return text.length <= maxErrorText && (text === standard || text.startsWith(`${standard};`));
}

/** The outcome that a reply tells; undefined when it tells none by the rules. */
export function outcomeOf<Reply>(
  operation: Pick<Operation<unknown, Reply>, "decodeReply">,
  reply: Uint8Array,
): Outcome<Reply> | undefined {
  try {
    return decodeResponse(operation, reply);
  } catch {
    return undefined;
  }
}

const texts = new Map<number, string>(
  Object.entries(scpiErrors).map(([number, text]) => [Number(number), text]),
);
export const standardText = (number: number): string => texts.get(number) ?? "";

const nothing = { decodeReply: () => ({}) };
