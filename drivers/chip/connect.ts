/** From the name of a board to its Chip port. */

import type { Timer } from "../../src/core/clock.ts";
import { openSerial } from "../serial/serial-transport.ts";
import { openTcp } from "../tcp/tcp-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { openUsb } from "../usb/open.ts";
import { openRemoteChip, type RemoteChip } from "./remote-chip.ts";
import { parseResource, type Resource } from "./resource.ts";

export interface ConnectOptions {
  readonly timer: Timer;
  /** Of a raw UART; boards with native USB ignore it. */
  readonly baudRate?: number;
  /** Put around the opened transport, for example to record what goes through it. */
  readonly wrap?: ((transport: Transport) => Transport) | undefined;
}

/** @throws LabError of the opening, the greeting or the identification, each naming the resource. */
export async function connectChip(name: string, options: ConnectOptions): Promise<RemoteChip> {
  const transport = await openTransport(parseResource(name), options);
  return openRemoteChip(options.wrap?.(transport) ?? transport, options.timer);
}

async function openTransport(resource: Resource, { timer, baudRate }: ConnectOptions): Promise<Transport> {
  switch (resource.kind) {
    case "tcp":
      return openTcp(resource.host, resource.port, timer);
    case "usb":
      return openUsb(resource, timer);
    case "serial":
      return openSerial(resource.path, timer, baudRate);
    default:
      return resource satisfies never;
  }
}
