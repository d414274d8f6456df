/** What stands on a line with a link, in a person's words: pure. */

import type { Frame } from "../../../firmware-protocol/frame/frame.ts";
import { legible } from "../legible.ts";

/** What a board says on such a line. */
export type Said =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** A line of plain text, without its line feed. */
  | { readonly kind: "plain"; readonly text: string }
  /** Bytes that are neither. */
  | { readonly kind: "broken"; readonly fault: string };

export function wordsOf(said: Said | undefined): string {
  if (said === undefined) return "nothing";
  switch (said.kind) {
    case "frame":
      return frameWords(said.frame);
    case "plain":
      return `the plain line ${said.text}\\n`;
    case "broken":
      return `bytes that are no frame (${said.fault})`;
    default:
      return said satisfies never;
  }
}

/** Handshakes and ends have no place in the stream of data, so their numbers are left out unless they are not 0 as they must be. */
export function frameWords({ kind, session, sequence, acknowledgement, window, payload }: Frame): string {
  const placed = kind === "data" || kind === "ack" || kind === "ping";
  const numbers =
    placed || sequence + acknowledgement + window > 0
      ? ` sequence ${sequence} acknowledgement ${acknowledgement} window ${window}`
      : "";
  const content = kind === "data" ? `"${legible(payload)}"` : [...payload].join(" ");
  return `${kind} of session ${session.toString(16)}${numbers}${content === "" ? "" : ` ${content}`}`;
}
