/** What is told of the lock: to whom it belongs, for how long, and whether this session holds it. */

import { type Element, number, string } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";

export interface LockReply {
  readonly holds: boolean;
  /** Empty when the lock is free. */
  readonly owner: string;
  /** In real time, 0 when the lock is free. */
  readonly secondsLeft: number;
}

export const longestLeaseSeconds = 86_400;

/** Printable ASCII but the quotation mark, which would have to be doubled. */
const ownerText = /^[\x20\x21\x23-\x7e]{1,64}$/;

/** @throws ScpiFault -222, and as `Fields.string`. */
export function decodeOwner(fields: Fields): string {
  const owner = fields.string("owner");
  if (ownerText.test(owner)) return owner;
  throw new ScpiFault(-222, "owner, allowed 1 to 64 printable characters but the quotation mark");
}

export const encodeLock = ({ holds, owner, secondsLeft }: LockReply): Element[] => [
  number(holds ? 1 : 0),
  string(owner),
  number(secondsLeft),
];

export function decodeLock(fields: Fields): LockReply {
  const holds = fields.integer("holds", 0, 1) === 1;
  const owner = fields.string("owner");
  const secondsLeft = fields.real("seconds left", 0, longestLeaseSeconds);
  if (owner === "" ? !holds && secondsLeft === 0 : ownerText.test(owner))
    return { holds, owner, secondsLeft };
  throw new ScpiFault(-222, "a lock without an owner is free, and nobody holds it");
}
