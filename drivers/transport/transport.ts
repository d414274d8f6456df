/** Bytes in and out, whatever the cable. Implementations know nothing of what the bytes mean. */

import type { LabError } from "../../src/core/errors.ts";

export interface TransportListener {
  bytes(chunk: Uint8Array): void;
  /** Called once, also after `close`. */
  closed(reason: LabError): void;
}

export interface Transport {
  /** The resource as a person would name it, for messages. */
  readonly name: string;
  /** Comes back when the operating system has taken the bytes. @throws LabError LINK_LOST. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sets the one listener; bytes that came before are delivered to it first. */
  listen(listener: TransportListener): void;
  close(): Promise<void>;
}
