/**
 * How many response messages a write calls for. USBTMC devices send only what was requested, and a request without a query
 * is an error on a strict instrument (IEEE 488.2, 6.3.1.6: UNTERMINATED), so the transport looks for queries. Pure.
 */

import { parseProgramMessage } from "../../firmware-protocol/scpi/parse.ts";
import { MessageScanner } from "../../firmware-protocol/scpi/scanner.ts";
import { bytesOf } from "../../src/core/bytes.ts";

const lineFeed = bytesOf("\n");
const questionMark = 0x3f;

/** Counts the messages with a query. What cannot be parsed and has a question mark counts: too many does no harm. */
export function repliesOwed(written: Uint8Array): number {
  const scanner = new MessageScanner(written.length + 1);
  const scanned = [...scanner.push(written), ...(scanner.midMessage ? scanner.push(lineFeed) : [])];
  const broken = scanned.some(({ kind }) => kind === "fault") || scanner.midMessage;
  if (broken) return mentionsQuery(written) ? 1 : 0;
  return scanned.filter((item) => item.kind === "message" && asks(item.bytes)).length;
}

function asks(message: Uint8Array): boolean {
  if (!mentionsQuery(message)) return false;
  try {
    return parseProgramMessage(message).some(({ header }) => header.endsWith("?"));
  } catch {
    return true;
  }
}

const mentionsQuery = (bytes: Uint8Array): boolean => bytes.includes(questionMark);
