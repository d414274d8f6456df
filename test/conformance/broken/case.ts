/** What a case is: a firmware with one fault, and the rules that it breaks. */

import type { ChipArray } from "../../../mocks/firmware/chip-array.ts";
import type { Fault } from "../boards.ts";
import { answering, hearing } from "../faults.ts";

export interface Broken {
  readonly name: string;
  readonly fault: Fault;
  /** The rules that must fail, and no others. */
  readonly fails: readonly string[];
  readonly array?: () => ChipArray;
}

export const rewrites = (name: string, pattern: RegExp, replacement: string, ...fails: string[]): Broken => ({
  name,
  fault: hearing((text) => text.replace(pattern, replacement)),
  fails,
});
export const answers = (
  name: string,
  change: (reply: string, sent: string) => string | undefined,
  ...fails: string[]
): Broken => ({
  name,
  fault: answering(change),
  fails,
});

export const isRead = (sent: string): boolean => sent.startsWith("ARRay:READ?");
export const fieldsOf = (reply: string): string[] => reply.split(",");
/** Changes the numbers before the block of a reply to a read that was done. */
export const readFields =
  (change: (fields: string[]) => string[]) =>
  (reply: string, sent: string): string => {
    if (!isRead(sent) || !reply.startsWith("0,")) return reply;
    const head = reply.slice(0, reply.indexOf("#"));
    return `${change(fieldsOf(head.slice(0, -1))).join(",")},${reply.slice(head.length)}`;
  };
