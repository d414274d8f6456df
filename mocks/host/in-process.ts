/** The emulated board without a cable: the same bytes, handed over within the process. */

import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { LabError } from "../../src/core/errors.ts";
import type { HostedLine } from "./line-server.ts";

export function inProcessTransport(line: HostedLine, name = "emulator:"): Transport {
  const inbox = new Inbox();
  return {
    name,
    listen: (listener) => inbox.listen(listener),
    async write(bytes) {
      if (inbox.closedBy !== undefined) throw inbox.closedBy;
      for (const response of line.receive(bytes)) inbox.bytes(response);
    },
    async close() {
      inbox.close(new LabError("LINK_LOST", `${name} was closed`));
    },
  };
}
