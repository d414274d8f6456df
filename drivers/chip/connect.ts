/** From the name of a board to its Chip port. */

import type { Timer } from "../../src/core/clock.ts";
import { openSerial } from "../serial/serial-transport.ts";
import { openTcp } from "../tcp/tcp-transport.ts";
import { openRemoteChip, type RemoteChip } from "./remote-chip.ts";
import { parseResource } from "./resource.ts";

export interface ConnectOptions {
  readonly timer: Timer;
  /** Of a raw UART; boards with native USB ignore it. */
  readonly baudRate?: number;
}

/** @throws LabError of the opening, the greeting or the identification, each naming the resource. */
export async function connectChip(name: string, options: ConnectOptions): Promise<RemoteChip> {
  const resource = parseResource(name);
  const transport =
    resource.kind === "tcp"
      ? await openTcp(resource.host, resource.port, options.timer)
      : await openSerial(resource.path, options.timer, options.baudRate);
  return openRemoteChip(transport, options.timer);
}
