/** Asks an instrument who it is: the one question that does no harm to any of them. */

import { printable } from "../../firmware-protocol/scpi/parse.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { timeoutSeconds } from "./perform.ts";
import type { Session } from "./session.ts";

/** Characters of an identification that are kept; IEEE 488.2, 10.14, allows 72. */
const maxIdentification = 256;

/**
 * The answer to `*IDN?`. A board that serves one TCP client at a time tells the next one that it is busy (SPEC.md, Cables).
 * @throws LabError NO_ANSWER, PORT_BUSY, BAD_REPLY, LINK_LOST.
 */
export async function askIdentity(session: Session): Promise<string> {
  const answer = await session.query(bytesOf("*IDN?\n"), "*IDN?", timeoutSeconds.quick);
  const identification = shownIdentification(textOfBytes(answer));
  if (!identification.startsWith("BUSY,")) return identification;
  throw new LabError("PORT_BUSY", `${session.name} is taken: ${identification}`, {
    next: "close the other program, then try again",
  });
}

/** An answer to `*IDN?` as it is kept and shown. */
const shownIdentification = (answer: string): string => printable(answer.trim(), maxIdentification);
