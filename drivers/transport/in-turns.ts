/** A transport has one listener for its life. This lets several use it, one after the other. */

import type { LabError } from "../../src/core/errors.ts";
import { Inbox } from "./inbox.ts";
import type { Transport } from "./transport.ts";

/** Returns what gives the transport to the next user; from then on the one before hears nothing. All of them close the same line. */
export function inTurns(transport: Transport): () => Transport {
  let inbox: Inbox | undefined;
  let closedBy: LabError | undefined;
  const heard = (): void =>
    transport.listen({
      bytes: (chunk) => inbox?.bytes(chunk),
      closed(reason) {
        closedBy = reason;
        inbox?.close(reason);
      },
    });
  return () => {
    const first = inbox === undefined;
    const own = new Inbox();
    inbox = own;
    if (first) heard();
    if (closedBy !== undefined) own.close(closedBy);
    return {
      name: transport.name,
      write: (bytes) => transport.write(bytes),
      listen: (listener) => own.listen(listener),
      close: () => transport.close(),
    };
  };
}
