/** What a recording asks of a replayed board: the requests to expect, and what to answer after which of them. Pure. */

import { Conversation } from "../../drivers/recording/conversation.ts";
import type { RecordedEvent } from "../../drivers/recording/format.ts";
import type { Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import { LabError } from "../../src/core/errors.ts";

export interface ReplayScript {
  readonly requests: readonly Scanned[];
  /** In their order; `afterRequests` never falls. */
  readonly answers: readonly RecordedAnswer[];
  /** Connections that the host made; a replayed board does not hang up between them. */
  readonly connections: number;
}

/**
 * Bytes as they arrived. Nothing is assumed about which request they answer, so that a recording of a broken board is replayed as
 * faithfully: they are said again when as many requests have come as had been sent then. No request can have depended on an
 * answer that came after it, so a host that does the same again is never kept waiting.
 */
export interface RecordedAnswer {
  readonly bytes: Uint8Array;
  readonly afterRequests: number;
  /** Time since the last of these requests. */
  readonly delaySeconds: number;
}

/** All of it is held in memory. */
const maxScriptBytes = 1 << 30;

export class ScriptBuilder {
  readonly #conversation = new Conversation();
  readonly #requests: Scanned[] = [];
  readonly #answers: RecordedAnswer[] = [];
  #lastRequestSeconds = 0;
  #bytes = 0;
  #connections = 0;

  /** @throws LabError BAD_DATA when the recording is too large to be replayed. */
  take(event: RecordedEvent): void {
    if (event.kind === "open") this.#connections++;
    if ("bytes" in event) this.#count(event.bytes.length);
    for (const { from, seconds, said } of this.#conversation.take(event)) {
      if (from !== "host" || isEmpty(said)) continue;
      this.#requests.push(said);
      this.#lastRequestSeconds = seconds;
    }
    if (event.kind === "received") this.#answer(event.bytes, event.seconds);
  }

  get script(): ReplayScript {
    return { requests: this.#requests, answers: this.#answers, connections: this.#connections };
  }

  #answer(bytes: Uint8Array, seconds: number): void {
    const delaySeconds = Math.max(0, seconds - this.#lastRequestSeconds);
    this.#answers.push({ bytes, afterRequests: this.#requests.length, delaySeconds });
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= maxScriptBytes) return;
    throw new LabError("BAD_DATA", `the recording holds more than ${maxScriptBytes} bytes of traffic`, {
      next: "replay a recording of a shorter run",
    });
  }
}

/** An empty message does nothing (SPEC.md, 3.1). */
export const isEmpty = (said: Scanned): boolean => said.kind === "message" && said.bytes.length === 0;
