/** Finds out who is on the line: `*IDN?` first, which any instrument answers, then the descriptor, which only ours have. */

import { describeChip } from "../../firmware-protocol/operation/describe-chip.ts";
import { printable } from "../../firmware-protocol/scpi/parse.ts";
import { type Descriptor, descriptorSchema } from "../../src/chip/descriptor.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { perform, timeoutSeconds } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";

/** The major version of the wire protocol that this driver speaks. */
export const protocolMajor = 1;

/** Characters of an identification that are kept; IEEE 488.2, 10.14, allows 72. */
const maxIdentification = 256;

/** @throws LabError NO_ANSWER, NOT_OURS, PORT_BUSY, BAD_REPLY, LINK_LOST, ENVIRONMENT. */
export async function identify(
  session: Session,
): Promise<{ identification: string; descriptor: Descriptor }> {
  const answer = await session.query(bytesOf("*IDN?\n"), "*IDN?", timeoutSeconds.quick);
  const identification = printable(textOfBytes(answer).trim(), maxIdentification);
  if (identification.startsWith("BUSY,")) throw taken(session.name, identification);
  try {
    await session.send(bytesOf("*CLS\n"));
    const { json } = await perform(session, describeChip, {});
    return { identification, descriptor: parseDescriptor(json) };
  } catch (cause) {
    // What this machine could not do says nothing about the board.
    if (cause instanceof LabError && ["LINK_LOST", "ENVIRONMENT"].includes(cause.code)) throw cause;
    const detail = cause instanceof LabError && cause.code === "NOT_OURS" ? `: ${cause.message}` : "";
    const message = `"${identification}" on ${session.name} does not speak the pcmlab protocol${detail}`;
    throw new LabError("NOT_OURS", message, {
      cause,
      next: "name the port of the PCM board; SPEC.md is for its firmware",
    });
  }
}

/** A board that serves one TCP client at a time tells the next one so (SPEC.md, Cables). */
function taken(name: string, identification: string): LabError {
  const next = "close the other program, then try again";
  return new LabError("PORT_BUSY", `${name} is taken: ${identification}`, { next });
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
