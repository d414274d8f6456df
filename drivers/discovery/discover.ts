/** Looks for boards on every cable at once. Boards are told apart by what they answer and by USB serial numbers, never by paths. */

import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { parseResource } from "../chip/resource.ts";
import type { SerialPorts } from "../serial/port-facts.ts";
import { interrupted } from "../transport/closed-on-stop.ts";
import type { Transport } from "../transport/transport.ts";
import type { UsbAddress } from "../usb/find.ts";
import type { UsbDevice } from "../usb/usb-device.ts";
import { ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
import { type PlaceToAsk, serialPlaces, usbPlaces } from "./places.ts";

export interface DiscoverOptions {
  /** TCP boards cannot be listed; these are asked, as host:port or VISA names. */
  readonly hosts: readonly string[];
  /** Asks what is not known to be a board, too. */
  readonly all: boolean;
}

/** The cables of this machine. */
export interface Cables {
  readonly ports: SerialPorts;
  readonly usbDevices: () => Promise<readonly UsbDevice[]>;
  readonly openSerial: (path: string) => Promise<Transport>;
  readonly openUsb: (address: UsbAddress) => Promise<Transport>;
  readonly openTcp: (host: string, port: number) => Promise<Transport>;
}

/**
 * Comes back after `askSeconds` at most, once the system has listed its ports.
 * @throws LabError USAGE for a host that is no name of a TCP board, INTERRUPTED; everything else is a finding.
 */
export async function discover(
  { hosts, all }: DiscoverOptions,
  cables: Cables,
  timer: Timer,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const tcp = hosts.map(tcpPlace);
  const [serial, usb] = await Promise.all([
    listed("serial ports", async () => serialPlaces(await cables.ports.list(), all)),
    listed("USB", async () => usbPlaces(await cables.usbDevices(), all)),
  ]);
  const asked = [
    ...serial.places.map((place) => visited(place, cables.openSerial, timer, signal)),
    ...usb.places.map((place) => visited(place, cables.openUsb, timer, signal)),
    ...tcp.map((place) => visited(place, ({ host, port }) => cables.openTcp(host, port), timer, signal)),
  ];
  const found = [...(await Promise.all(asked)), ...serial.trouble, ...usb.trouble];
  if (signal?.aborted) throw interrupted();
  return found;
}

function tcpPlace(name: string): PlaceToAsk<{ host: string; port: number }> {
  const resource = parseResource(name);
  if (resource.kind !== "tcp")
    throw new LabError("USAGE", `--host "${name}" is no TCP board`, { next: "write host:port" });
  return { resource: `TCPIP0::${resource.host}::${resource.port}::SOCKET`, where: resource, ask: true };
}

interface Listed<T> {
  readonly places: readonly PlaceToAsk<T>[];
  readonly trouble: readonly Finding[];
}

/** A kind of cable that cannot be listed is one finding, and no reason to keep silent about the others. */
async function listed<T>(
  resource: string,
  list: () => Promise<readonly PlaceToAsk<T>[]>,
): Promise<Listed<T>> {
  try {
    return { places: await list(), trouble: [] };
  } catch (failure) {
    if (!(failure instanceof LabError)) throw failure;
    const { code, message, next } = failure;
    return { places: [], trouble: [{ resource, kind: "unlisted", code, message, next }] };
  }
}

async function visited<T>(
  { where, ...place }: PlaceToAsk<T>,
  open: (where: T) => Promise<Transport>,
  timer: Timer,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const { resource, usbSerialNumber, label } = place;
  const named = { resource, usbSerialNumber, label };
  if (!place.ask) return { ...named, kind: "left-alone", why: place.why };
  return ask(named, () => open(where), timer, signal);
}
