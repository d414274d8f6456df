/** Bytes as a person can read them: printable ASCII as it is, everything else escaped, long ones cut in the middle. */

import { textOfBytes } from "../core/bytes.ts";

const headBytes = 96;
const tailBytes = 24;
const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

export function legible(bytes: Uint8Array): string {
  if (bytes.length <= headBytes + tailBytes) return escaped(bytes);
  const left = bytes.length - headBytes - tailBytes;
  return `${escaped(bytes.subarray(0, headBytes))} ...${left} bytes... ${escaped(bytes.subarray(-tailBytes))}`;
}

/** Each on its own; none is "nothing". */
export const legibleAll = (messages: readonly Uint8Array[]): string =>
  messages.length === 0 ? "nothing" : messages.map((bytes) => `${legible(bytes)}\\n`).join(" ");

const escaped = (bytes: Uint8Array): string =>
  textOfBytes(bytes).replace(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (character) => escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
