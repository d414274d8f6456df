/** A cable of a millisecond in virtual time between a host's transport and whatever the test puts at its far end. */

import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import type { Firmware } from "../../mocks/firmware/firmware.ts";
import { type LinkedLine, linkedLine } from "../../mocks/link/linked-line.ts";
import { LabError } from "../../src/core/errors.ts";
import type { VirtualWorld } from "../simulation/virtual-world.ts";

export interface Cable {
  readonly transport: Transport;
  /** Bytes from the far end. */
  say(bytes: Uint8Array): void;
  pull(): void;
  /** What happens to the host's bytes; changes them, drops them (undefined) or lets them pass. */
  disturb: (bytes: Uint8Array) => Uint8Array | undefined;
  readonly writtenBytes: number;
  readonly isClosed: boolean;
}

const lineSeconds = 1e-3;

export function cableTo(world: VirtualWorld, hear: (bytes: Uint8Array) => void): Cable {
  const inbox = new Inbox();
  let writtenBytes = 0;
  const cable: Cable = {
    disturb: (bytes) => bytes,
    get writtenBytes() {
      return writtenBytes;
    },
    get isClosed() {
      return inbox.closedBy !== undefined;
    },
    say: (bytes) => void world.after(lineSeconds, () => inbox.bytes(bytes)),
    pull: () => inbox.close(new LabError("LINK_LOST", "the cable was pulled")),
    transport: {
      name: "cable",
      listen: (listener) => inbox.listen(listener),
      async write(bytes) {
        if (inbox.closedBy !== undefined) throw inbox.closedBy;
        writtenBytes += bytes.length;
        const passed = cable.disturb(bytes.slice());
        if (passed !== undefined) world.after(lineSeconds, () => hear(passed));
      },
      close: async () => inbox.close(new LabError("LINK_LOST", "the transport was closed")),
    },
  };
  return cable;
}

/** A cable with a board that has a link. */
export function linkedBoard(world: VirtualWorld, firmware: Firmware): { cable: Cable; line: LinkedLine } {
  const cable: Cable = cableTo(world, (bytes) => line.receive(bytes));
  const line: LinkedLine = linkedLine(firmware, world, world, (bytes) => {
    cable.say(bytes);
    return undefined;
  });
  return { cable, line };
}
