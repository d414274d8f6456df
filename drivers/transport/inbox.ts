/** Keeps what arrives until somebody listens, bounded, so that no early byte of a reply is lost. */

import { LabError } from "../../src/core/errors.ts";
import type { TransportListener } from "./transport.ts";

/** Nobody asks for anything before listening, so more than this is a line that talks by itself. */
const maxEarlyBytes = 1 << 20;

export class Inbox {
  #listener: TransportListener | undefined;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #closed: LabError | undefined;

  listen(listener: TransportListener): void {
    if (this.#listener !== undefined) throw new TypeError("a transport has one listener");
    this.#listener = listener;
    for (const chunk of this.#early.splice(0)) listener.bytes(chunk);
    if (this.#closed !== undefined) listener.closed(this.#closed);
  }

  bytes(chunk: Uint8Array): void {
    if (this.#closed !== undefined) return;
    if (this.#listener !== undefined) {
      this.#listener.bytes(chunk);
      return;
    }
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes <= maxEarlyBytes) this.#early.push(chunk);
    else this.close(new LabError("NOT_OURS", `${maxEarlyBytes} bytes came before anything was asked`));
  }

  /** Only the first call counts. */
  close(reason: LabError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#listener?.closed(reason);
  }

  get closedBy(): LabError | undefined {
    return this.#closed;
  }
}
