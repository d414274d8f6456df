/**
 * Asks a board in plain lines whether it has a link, so that one without costs a round trip and not a handshake. `*IDN?` follows
 * the question: every board answers it, so what was not answered before it is not going to be.
 */

import { linkOffer } from "../../firmware-protocol/operation/link-offer.ts";
import { decodeResponse, requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import type { Timer } from "../../src/core/clock.ts";
import { looksLikeIdentification } from "../transport/identification.ts";
import type { Transport } from "../transport/transport.ts";

const question = concatBytes([requestMessage(linkOffer, {}), bytesOf("*IDN?\n")]);
const attempts = 3;
const secondsPerAttempt = 1.25;
const maxMessageBytes = 4096;

/** @throws LabError LINK_LOST. False after 3.75 s without an identification. */
export async function linkOffered(transport: Transport, timer: Timer): Promise<boolean> {
  const scanner = new MessageScanner(maxMessageBytes);
  let offered = false;
  let told = (_identified: boolean): void => {};
  let failed = (_reason: unknown): void => {};
  transport.listen({
    bytes(chunk) {
      for (const message of scanner.push(chunk)) {
        offered ||= isOffer(message);
        if (isIdentification(message)) told(true);
      }
    },
    closed: (reason) => failed(reason),
  });
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const identified = await new Promise<boolean>((resolve, reject) => {
      const cancel = timer.after(secondsPerAttempt, () => resolve(false));
      told = (identified) => {
        cancel();
        resolve(identified);
      };
      failed = (reason) => {
        cancel();
        reject(reason);
      };
      transport.write(question).catch(failed);
    });
    if (identified) break;
  }
  return offered;
}

function isOffer(message: Scanned): boolean {
  if (message.kind === "fault") return false;
  try {
    return decodeResponse(linkOffer, message.bytes).ok;
  } catch {
    // An identification, or what noise made of an answer.
    return false;
  }
}

const isIdentification = (message: Scanned): boolean =>
  message.kind === "message" && looksLikeIdentification(textOfBytes(message.bytes).replace(/\r$/, ""));
