/** Who is on the line: the identification and the descriptor, without which no other check can be built. */

import type { Offer } from "../../firmware-protocol/link/terms.ts";
import { describeChip } from "../../firmware-protocol/operation/describe-chip.ts";
import { linkOffer } from "../../firmware-protocol/operation/link-offer.ts";
import { lockOwner } from "../../firmware-protocol/operation/lock-owner.ts";
import { requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { printable } from "../../firmware-protocol/scpi/parse.ts";
import { type Descriptor, descriptorSchema } from "../chip/descriptor.ts";
import { lockedBy, lockFeature } from "../chip/lock.ts";
import { bytesOf, textOfBytes } from "../core/bytes.ts";
import { LabError } from "../core/errors.ts";
import type { Ear } from "./ear.ts";
import { outcomeOf } from "./expectation.ts";
import { isLine } from "./hearing.ts";
import { legible } from "./legible.ts";
import type { Seen } from "./mismatch.ts";
import type { Patience } from "./patience.ts";

export type Described =
  | { readonly ok: true; readonly descriptor: Descriptor }
  | { readonly ok: false; readonly rule: "descriptor.schema" | "versions.protocol"; readonly seen: Seen };

/** The major version of SPEC.md that the rules are about. */
const protocolMajor = "1";
const maxShown = 256;
/** Beyond it the board talks by itself. */
const maxMessages = 100;

/** @throws LabError NO_ANSWER, NOT_OURS, PORT_BUSY. */
export async function identification(ear: Ear, patience: Patience): Promise<string> {
  for (let attempt = 1; attempt <= patience.attempts; attempt++) {
    ear.forget();
    ear.say(bytesOf("\n*IDN?\n"));
    const scanned = await ear.next(patience.attemptSeconds);
    await ear.quiet(patience.quietSeconds, 1);
    if (scanned?.kind !== "message") continue;
    const line = textOfBytes(scanned.bytes);
    if (line.startsWith("BUSY,")) throw taken(ear, line);
    return line;
  }
  const seconds = patience.attempts * patience.attemptSeconds;
  throw new LabError("NO_ANSWER", `${ear.name} did not answer *IDN? within ${seconds} s`, {
    next: "check the board's power, the baud rate and that the firmware runs; nothing else was tried",
  });
}

/** @throws LabError NOT_OURS when the board does not answer the descriptor at all. */
export async function described(ear: Ear, patience: Patience): Promise<Described> {
  const request = requestMessage(describeChip, {});
  ear.say(bytesOf("*CLS\n"));
  ear.say(request);
  const scanned = await ear.next(patience.quickSeconds);
  if (scanned?.kind !== "message")
    throw new LabError("NOT_OURS", `${ear.name} does not answer SYSTem:DESCriptor?`, {
      next: "the other checks are built from the descriptor: begin with section 7 of SPEC.md",
    });
  const outcome = outcomeOf(describeChip, scanned.bytes);
  if (outcome?.ok === true) return judged(outcome.reply.json);
  return wrong("descriptor.schema", "0 and a block of JSON", `${legible(scanned.bytes)}\\n`);
}

/**
 * The link that the board offers on this line; undefined when it offers none, or answers something else, which a rule is about.
 * `*IDN?` stands behind the question: what was not answered before it is not offered.
 */
export async function offeredLink(ear: Ear, idn: string, patience: Patience): Promise<Offer | undefined> {
  ear.say(requestMessage(linkOffer, {}));
  ear.say(bytesOf("*IDN?\n"));
  let offer: Offer | undefined;
  for (let messages = 0; messages < maxMessages; messages++) {
    const scanned = await ear.next(patience.quickSeconds);
    if (scanned?.kind !== "message" || isLine(scanned.bytes, idn)) return offer;
    const outcome = outcomeOf(linkOffer, scanned.bytes);
    if (outcome?.ok === true) offer = outcome.reply;
  }
  return offer;
}

/** Whoever has the lock of the board must not be disturbed. @throws LabError LOCKED when it is another program than this kit. */
export async function assertNotLocked(ear: Ear, { features }: Descriptor, patience: Patience): Promise<void> {
  if (!features.includes(lockFeature)) return;
  ear.say(requestMessage(lockOwner, {}));
  const scanned = await ear.next(patience.quickSeconds);
  const outcome = scanned?.kind === "message" ? outcomeOf(lockOwner, scanned.bytes) : undefined;
  // What is wrong with any other answer is for a rule to say.
  if (outcome?.ok === true && !["", ...kitOwners].includes(outcome.reply.owner))
    throw lockedBy(outcome.reply);
}

/** Owners that no other program has. */
export const kitOwners = ["pcmlab conformance", "pcmlab conformance, another program"] as const;

function judged(json: string): Described {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return wrong("descriptor.schema", "JSON", legible(bytesOf(json)));
  }
  const parsed = descriptorSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return wrong("descriptor.schema", "the fields of section 7", issues.join("; "));
  }
  const { protocol } = parsed.data;
  if (protocol.split(".")[0] === protocolMajor) return { ok: true, descriptor: parsed.data };
  return wrong("versions.protocol", `protocol ${protocolMajor}.x`, `protocol ${protocol}`);
}

const wrong = (
  rule: "descriptor.schema" | "versions.protocol",
  expected: string,
  came: string,
): Described => ({
  ok: false,
  rule,
  seen: { sent: "SYSTem:DESCriptor?\\n", expected, came },
});

function taken(ear: Ear, line: string): LabError {
  const next = "close the other program, then try again";
  return new LabError("PORT_BUSY", `${ear.name} is taken: ${printable(line, maxShown)}`, { next });
}
