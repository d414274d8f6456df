/** What a line that came says: pure. */

import { parseElements } from "../../firmware-protocol/scpi/parse.ts";
import { textOfBytes } from "../core/bytes.ts";
import type { QueuedError } from "./probe.ts";

export const isLine = (bytes: Uint8Array, line: string): boolean =>
  bytes.length === line.length && textOfBytes(bytes) === line;

/** The answer to `SYST:ERR?`; undefined when it is none. */
export function queuedErrorOf(reply: Uint8Array): QueuedError | undefined {
  try {
    const [number, text, ...rest] = parseElements(reply);
    if (number?.kind !== "number" || text?.kind !== "string" || rest.length > 0) return undefined;
    return Number.isInteger(number.value) ? { number: number.value, text: text.text } : undefined;
  } catch {
    return undefined;
  }
}
