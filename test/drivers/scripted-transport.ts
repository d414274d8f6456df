/** A transport whose far end is the test: it sees what was written, and says what it likes when it likes. */

import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";

export interface ScriptedTransport extends Transport {
  /** What was written, one entry for each write. */
  readonly written: readonly string[];
  readonly isClosed: boolean;
  /** Bytes from the far end. */
  say(text: string): void;
  /** The cable is pulled. */
  lose(): void;
  /** Every later write fails with this. */
  failWrites(cause: unknown): void;
}

/** @param answer what the far end says to each write; nothing when it gives undefined. */
export function scriptedTransport(
  answer: (written: string) => string | undefined = () => undefined,
): ScriptedTransport {
  const inbox = new Inbox();
  const written: string[] = [];
  let failure: { cause: unknown } | undefined;
  const say = (text: string): void => inbox.bytes(bytesOf(text));
  return {
    name: "script",
    written,
    get isClosed() {
      return inbox.closedBy !== undefined;
    },
    say,
    lose: () => inbox.close(new LabError("LINK_LOST", "the cable was pulled")),
    failWrites(cause) {
      failure = { cause };
    },
    listen: (listener) => inbox.listen(listener),
    async write(bytes) {
      if (failure !== undefined) throw failure.cause;
      if (inbox.closedBy !== undefined) throw inbox.closedBy;
      const text = textOfBytes(bytes);
      written.push(text);
      const reply = answer(text);
      if (reply !== undefined) say(reply);
    },
    async close() {
      inbox.close(new LabError("LINK_LOST", "the transport was closed"));
    },
  };
}

/** Lets everything run that does not wait for time or for the far end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What vitest compares a thrown LabError with. */
export const labError = (code: string): Record<string, unknown> => ({ name: "LabError", code });
