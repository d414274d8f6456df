/** From recorded chunks to messages: what was said in each direction, whole, however it was chopped. Pure. */

import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import type { RecordedEvent } from "./format.ts";

export interface SaidMessage {
  readonly from: "host" | "board";
  /** When its last byte was sent or received. */
  readonly seconds: number;
  /** A message, or what no message can be made of. */
  readonly said: Scanned;
}

/** Larger than any message of any profile. */
export const maxMessageBytes = 1 << 24;

export class Conversation {
  #host = new MessageScanner(maxMessageBytes);
  #board = new MessageScanner(maxMessageBytes);

  /** Returns the messages that the event completes. Half a message dies with its connection. */
  take(event: RecordedEvent): SaidMessage[] {
    switch (event.kind) {
      case "open":
      case "closed":
        this.#host = new MessageScanner(maxMessageBytes);
        this.#board = new MessageScanner(maxMessageBytes);
        return [];
      case "sent":
        return said("host", event.seconds, this.#host.push(event.bytes));
      case "received":
        return said("board", event.seconds, this.#board.push(event.bytes));
      default:
        return event satisfies never;
    }
  }
}

const said = (from: SaidMessage["from"], seconds: number, scanned: readonly Scanned[]): SaidMessage[] =>
  scanned.map((said) => ({ from, seconds, said }));
