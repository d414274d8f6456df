/** Finds out who is on the line: `*IDN?` first, which any instrument answers, then the descriptor, which only ours have. */

import { describeChip } from "../../firmware-protocol/operation/describe-chip.ts";
import { type Descriptor, descriptorSchema } from "../../src/chip/descriptor.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { askIdentity } from "../instrument/ask-identity.ts";
import { perform } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";
import { assertSought } from "../transport/sought-board.ts";

/** The major version of the wire protocol that this driver speaks. */
export const protocolMajor = 1;

/**
 * @param sought identification of the board that is looked for; another one is asked no further.
 * @throws LabError NO_ANSWER, NOT_OURS (AnotherBoard), PORT_BUSY, BAD_REPLY, LINK_LOST, ENVIRONMENT.
 */
export async function identify(
  session: Session,
  sought?: string,
): Promise<{ identification: string; descriptor: Descriptor }> {
  const identification = await askIdentity(session);
  assertSought(identification, sought, session.name);
  try {
    await session.send(bytesOf("*CLS\n"));
    const { json } = await perform(session, describeChip, {});
    return { identification, descriptor: parseDescriptor(json) };
  } catch (cause) {
    throw descriptorFailure(cause, identification, session.name);
  }
}

function descriptorFailure(cause: unknown, identification: string, name: string): LabError {
  // What this machine could not do says nothing about the board.
  if (cause instanceof LabError && ["LINK_LOST", "ENVIRONMENT"].includes(cause.code)) return cause;
  const next = "name the port of the PCM board; SPEC.md is for its firmware";
  // A board that still boots is silent too.
  if (cause instanceof LabError && cause.code === "NO_ANSWER")
    return new LabError("NO_ANSWER", `"${identification}": ${cause.message}`, { cause, next });
  const detail = cause instanceof LabError && cause.code === "NOT_OURS" ? `: ${cause.message}` : "";
  const message = `"${identification}" on ${name} does not speak the pcmlab protocol${detail}`;
  return new LabError("NOT_OURS", message, { cause, next });
}

function parseDescriptor(json: string): Descriptor {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new LabError("NOT_OURS", "its descriptor is not JSON", { cause });
  }
  const parsed = descriptorSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new LabError("NOT_OURS", `its descriptor is wrong at ${issue?.path.join(".")}: ${issue?.message}`);
  }
  if (Number(parsed.data.protocol.split(".")[0]) !== protocolMajor) {
    throw new LabError(
      "NOT_OURS",
      `it speaks protocol ${parsed.data.protocol}, this program ${protocolMajor}.x`,
    );
  }
  return parsed.data;
}
