/** The cable of a dry run: within the process, with the bytes and the round trips counted that a real one would carry. */

import { Inbox } from "../../../drivers/transport/inbox.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import type { HostedLine } from "../../../mocks/host/line-server.ts";
import { LabError } from "../../core/errors.ts";

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** One after the other: what is asked before the answers of a trip are there shares it. */
  readonly roundTrips: number;
}

export interface MeteredLine {
  readonly transport: Transport;
  /** Until now. */
  traffic(): Traffic;
}

/**
 * Answers wait until the host has said all that it says without them, as on a line whose latency is all that counts. A session hands
 * answers on one in each turn of the event loop (drivers/instrument/session.ts), so a trip begins when it has handed on those of the trip before.
 */
export function meteredLine(line: HostedLine, name = "emulator:"): MeteredLine {
  const inbox = new Inbox();
  let answers: Uint8Array[] = [];
  let handing = 0;
  let waiting = false;
  const traffic = { sentBytes: 0, receivedBytes: 0, roundTrips: 0 };
  const turn = (): void => {
    if (handing > 0) {
      handing--;
      setImmediate(turn);
      return;
    }
    waiting = false;
    if (answers.length === 0) return;
    traffic.roundTrips++;
    handing = answers.length;
    for (const answer of answers.splice(0)) inbox.bytes(answer);
  };
  return {
    traffic: () => ({ ...traffic }),
    transport: {
      name,
      listen: (listener) => inbox.listen(listener),
      async write(bytes) {
        if (inbox.closedBy !== undefined) throw inbox.closedBy;
        traffic.sentBytes += bytes.length;
        for (const answer of line.receive(bytes)) {
          traffic.receivedBytes += answer.length;
          answers.push(answer);
        }
        if (waiting) return;
        waiting = true;
        setImmediate(turn);
      },
      async close() {
        inbox.close(new LabError("LINK_LOST", `${name} was closed`));
        answers = [];
      },
    },
  };
}
