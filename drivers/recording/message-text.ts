/** Messages for people: text as it is, blocks by their size and their first bytes, anything else as \x escapes. Pure. */

import { textOfBytes } from "../../src/core/bytes.ts";

/** Bytes of a block that are shown. */
const shownBytes = 8;

/** At most about `longest` characters. */
export function messageText(message: Uint8Array, longest = 160): string {
  const pieces: string[] = [];
  let at = 0;
  let length = 0;
  while (at < message.length && length <= longest) {
    const block = blockAt(message, at);
    const piece = block === undefined ? escaped(message[at] ?? 0) : shown(message, block);
    at = block === undefined ? at + 1 : block.end;
    length += piece.length;
    pieces.push(piece);
  }
  return pieces.join("") + (at < message.length ? "…" : "");
}

interface Block {
  readonly start: number;
  readonly end: number;
}

/** A definite-length block (SPEC.md, 3.2) that begins here and is whole. */
function blockAt(message: Uint8Array, at: number): Block | undefined {
  if (message[at] !== 0x23) return undefined;
  const digits = (message[at + 1] ?? 0) - 0x30;
  if (!(digits >= 1 && digits <= 9)) return undefined;
  const start = at + 2 + digits;
  const length = textOfBytes(message, at + 2, Math.min(start, message.length));
  if (!/^[0-9]+$/.test(length)) return undefined;
  const end = start + Number(length);
  return end <= message.length ? { start, end } : undefined;
}

function shown(message: Uint8Array, { start, end }: Block): string {
  const first = message.subarray(start, Math.min(end, start + shownBytes));
  const hex = Array.from(first, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const more = end - start > shownBytes ? " …" : "";
  return `#<${end - start} bytes${hex === "" ? "" : `: ${hex}${more}`}>`;
}

const escaped = (byte: number): string =>
  byte >= 0x20 && byte <= 0x7e
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`;
