/** Says how a request differs from the recorded one, for people. Pure. */

import { messageText } from "../../drivers/recording/message-text.ts";
import type { Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import type { Divergence } from "./follow.ts";

/** Bytes that are shown before the first difference, and in all. */
const contextBytes = 8;
const windowBytes = 24;

/** Both requests, and the bytes around the first difference, which a block may hide. */
export function differenceLines({ expected, got }: Divergence): string[] {
  const lines = [`expected  ${requestText(expected)}`, `got       ${requestText(got)}`];
  if (expected?.kind !== "message" || got.kind !== "message") return lines;
  const at = firstDifference(expected.bytes, got.bytes);
  const from = Math.max(0, at - contextBytes);
  return [
    ...lines,
    `the first difference is at byte ${at}; ${expected.bytes.length} bytes were expected, ${got.bytes.length} came`,
    `expected from byte ${from}  ${hex(expected.bytes, from)}`,
    `got                ${" ".repeat(String(from).length)}  ${hex(got.bytes, from)}`,
  ];
}

export function requestText(said: Scanned | undefined): string {
  if (said === undefined) return "nothing more";
  return said.kind === "message" ? messageText(said.bytes) : `no message: ${said.detail} (${said.error})`;
}

/** The length of the shorter one when that is how the longer one begins. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a[at] === b[at]) at++;
  return at;
}

function hex(bytes: Uint8Array, from: number): string {
  const shown = bytes.subarray(from, from + windowBytes);
  const more = from + windowBytes < bytes.length ? " …" : "";
  return Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ") + more;
}
