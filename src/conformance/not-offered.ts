/** What a board does with the messages of a feature that it does not offer (SPEC.md, 8). */

import { demand } from "./asking.ts";
import { refusal } from "./expectation.ts";
import type { Probe } from "./probe.ts";
import { faulty, refused, replyFault } from "./step.ts";

/** It refuses each with 1002, or does not know the header. @throws Mismatch when it does anything else. */
export async function demandNotOffered(probe: Probe, messages: readonly Uint8Array[]): Promise<void> {
  for (const send of messages) {
    const heard = await probe.exchange(send);
    const [error] = await probe.takeErrors();
    const unknown = replyFault(faulty(send, []), heard) === undefined && error?.number === -113;
    const known = replyFault(refused(send, 1002), heard) === undefined && error?.number === 1002;
    demand(
      unknown || known,
      send,
      `${refusal(1002).what}, or nothing and -113`,
      `${heard.replies.length} replies and error ${error?.number ?? 0}`,
    );
  }
}
