/** One message and what it must bring about: its replies, and the errors that are in the queue afterwards. */

import { bytesOf } from "../core/bytes.ts";
import { type Expectation, refusal, standardText, text } from "./expectation.ts";
import { legible, legibleAll } from "./legible.ts";
import { Mismatch, type Seen } from "./mismatch.ts";
import type { Barrier, ExchangeOptions, Heard, Probe, QueuedError } from "./probe.ts";

export interface Step extends ExchangeOptions {
  readonly send: Uint8Array;
  /** One for each response message, in order. */
  readonly replies: readonly Expectation[];
  /** One for each entry of the error queue, oldest first. */
  readonly errors: readonly ExpectedError[];
}

/** The number, the numbers that it may be, or "any" where the rule is not about the number. Texts are for a rule of their own. */
export type ExpectedError = number | readonly number[] | "any";

/** For messages that hold `*IDN?` themselves. */
export const operationComplete: Barrier = { message: "*OPC?", reply: "1" };

/** Text without its last line feed; a message already encoded has its own. */
export type Message = string | Uint8Array;

/** Messages that are answered and leave no error; a text stands for exactly that text. */
export const answered = (message: Message, ...replies: readonly (string | Expectation)[]): Step => ({
  send: encoded(message),
  replies: replies.map((reply) => (typeof reply === "string" ? text(reply) : reply)),
  errors: [],
});

/** Messages that answer nothing and leave no error. */
export const silent = (message: Message): Step => answered(message);

/** Messages that leave errors; what they answer is given. */
export const faulty = (
  message: Message,
  errors: Step["errors"],
  ...replies: readonly (string | Expectation)[]
): Step => ({ ...answered(message, ...replies), errors });

/** An operation that is refused: in its reply, and with the same error in the queue. */
export const refused = (message: Message, ...numbers: readonly number[]): Step =>
  faulty(message, [numbers], refusal(...numbers));

export const withBarrier = (step: Step, barrier: Barrier): Step => ({ ...step, barrier });
export const inBulk = (step: Step): Step => ({ ...step, timeout: "bulk" });

/** Takes the steps one after the other and gives the replies of the last. @throws Mismatch at the first that is not as expected. */
export async function take(probe: Probe, ...steps: readonly Step[]): Promise<readonly Uint8Array[]> {
  let replies: readonly Uint8Array[] = [];
  for (const step of steps) replies = (await takeOne(probe, step)).replies;
  return replies;
}

/** The bytes too. */
export async function takeOne(probe: Probe, step: Step): Promise<Heard> {
  const heard = await probe.exchange(step.send, step);
  const wrongReply = replyFault(step, heard);
  if (wrongReply !== undefined) throw new Mismatch(wrongReply);
  const wrongError = errorFault(step, await probe.takeErrors());
  if (wrongError !== undefined) throw new Mismatch(wrongError);
  return heard;
}

/** What is wrong with the replies to a step; undefined when nothing is. */
export function replyFault(step: Step, { replies, ended }: Heard): Seen | undefined {
  const fit = step.replies.length === replies.length && step.replies.every((one, n) => one.fits(replies[n]!));
  if (ended === "complete" && fit) return undefined;
  const expected = step.replies.length === 0 ? "nothing" : step.replies.map(({ what }) => what).join(" ");
  const trouble = ended === "complete" ? "" : `, then ${troubles[ended]}`;
  return { sent: legible(step.send), expected, came: `${legibleAll(replies)}${trouble}` };
}

const troubles = {
  "no answer": "no answer to the query behind it",
  "broken bytes": "bytes that are no message",
  closed: "the end of the connection",
} as const;

/** What is wrong with the error queue after a step; undefined when nothing is. */
export function errorFault(step: Step, queue: readonly QueuedError[]): Seen | undefined {
  const fit =
    step.errors.length === queue.length &&
    queue.every(({ number }, n) => allows(step.errors[n] ?? "any", number));
  if (fit) return undefined;
  return {
    sent: legible(step.send),
    expected: `error queue: ${step.errors.map(wordsFor).join(" ") || "empty"}`,
    came: `error queue: ${queue.map(shown).join(" ") || "empty"}`,
  };
}

export const shown = ({ number, text }: QueuedError): string => legible(bytesOf(`${number},"${text}"`));

function allows(expected: ExpectedError, number: number): boolean {
  if (expected === "any") return number !== 0;
  return typeof expected === "number" ? number === expected : expected.includes(number);
}

function wordsFor(expected: ExpectedError): string {
  if (expected === "any") return "an error";
  const numbers = typeof expected === "number" ? [expected] : expected;
  return numbers.map((number) => `${number},"${standardText(number)}..."`).join(" or ");
}

const encoded = (message: Message): Uint8Array =>
  typeof message === "string" ? bytesOf(`${message}\n`) : message;
