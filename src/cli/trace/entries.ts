/** From a recording to what happened: every request, every response with the request that it answers, and the connections. Pure. */

import { Conversation, type SaidMessage } from "../../../drivers/recording/conversation.ts";
import type { RecordedEvent } from "../../../drivers/recording/format.ts";
import type { Scanned } from "../../../firmware-protocol/scpi/scanner.ts";
import { type Decoded, type DecodedRequest, decodedRequest, decodedResponse } from "./decode.ts";
import type { Field } from "./fields.ts";

export interface TraceEntry {
  readonly seconds: number;
  readonly kind: "open" | "request" | "response" | "closed";
  /** Number of the request, from 1; that of a response is its request's, null when nobody asked. */
  readonly number?: number | null;
  readonly name?: string;
  readonly outcome?: Decoded["outcome"];
  readonly fields?: readonly Field[];
  /** Bytes of the message without its terminator; null when no message could be made of them. */
  readonly bytes?: number | null;
  /** From the end of the request to the end of its response. */
  readonly tookSeconds?: number | null;
  readonly text: string;
}

interface Asked extends Pick<DecodedRequest, "name" | "operation"> {
  readonly number: number;
  readonly seconds: number;
}

export class EntryBuilder {
  readonly #conversation = new Conversation();
  readonly #entries: TraceEntry[] = [];
  #asked: Asked[] = [];
  #requests = 0;

  take(event: RecordedEvent): void {
    const { seconds } = event;
    if (event.kind === "open" || event.kind === "closed") {
      // Nobody answers any more what was asked on a line that is gone.
      this.#asked = [];
      const text = event.kind === "open" ? `connected to ${event.name}` : event.reason;
      this.#entries.push({ seconds, kind: event.kind, text });
    }
    for (const message of this.#conversation.take(event)) {
      this.#entries.push(message.from === "host" ? this.#request(message) : this.#response(message));
    }
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  #request({ said, seconds }: SaidMessage): TraceEntry {
    const number = ++this.#requests;
    const { isQuery, operation, ...decoded } = decodedRequest(said);
    if (isQuery) this.#asked.push({ number, seconds, name: decoded.name, operation });
    return { seconds, kind: "request", number, bytes: sizeOf(said), ...decoded };
  }

  /** Responses come in the order of the requests (SPEC.md, 4). */
  #response({ said, seconds }: SaidMessage): TraceEntry {
    const asked = this.#asked.shift();
    const decoded = decodedResponse(asked?.operation, said);
    const common = { seconds, kind: "response", bytes: sizeOf(said), ...decoded } as const;
    if (asked === undefined) return { ...common, number: null, name: "(unasked)", tookSeconds: null };
    const { number, name } = asked;
    return { ...common, number, name, tookSeconds: seconds - asked.seconds };
  }
}

const sizeOf = (said: Scanned): number | null => (said.kind === "message" ? said.bytes.length : null);
