/** From the name of a board to the line that messages travel on: a serial port with a link or without, USB or TCP. */

import type { Clock, Timer } from "../../src/core/clock.ts";
import type { Prng } from "../../src/core/prng.ts";
import { type Line, linkIfOffered } from "../link/link-or-plain.ts";
import { openLink } from "../link/link-transport.ts";
import { openSerial, openSerialUngreeted } from "../serial/serial-transport.ts";
import { openTcp } from "../tcp/tcp-transport.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import type { Transport } from "../transport/transport.ts";
import { openUsb } from "../usb/open.ts";
import type { LinkChoice } from "./link-choice.ts";
import type { Resource } from "./resource.ts";

export interface LinkUse {
  readonly choice: LinkChoice;
  readonly clock: Clock;
  /** Session ids are drawn from it; it must differ from run to run. */
  readonly prng: Prng;
}

export interface LineOptions {
  readonly timer: Timer;
  /** Of a raw UART; boards with native USB ignore it. */
  readonly baudRate?: number;
  /** Identification of a board that was lost and is looked for: other instruments are left alone. */
  readonly sought?: string | undefined;
  /** No link when missing. */
  readonly link?: LinkUse | undefined;
  /** Ends the opening, and closes what it had opened; afterwards it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws LabError of the opening, the greeting and the handshake, each naming the resource; INTERRUPTED. */
export async function openLine(resource: Resource, options: LineOptions): Promise<Line> {
  const { timer, signal } = options;
  switch (resource.kind) {
    case "tcp":
      return plain(await openTcp(resource.host, resource.port, timer, signal));
    case "usb":
      return plain(await openUsb(resource, timer, undefined, signal));
    case "serial":
      return serialLine(resource.path, options);
    default:
      return resource satisfies never;
  }
}

const plain = (transport: Transport): Line => ({ kind: "plain", transport });

async function serialLine(path: string, options: LineOptions): Promise<Line> {
  const { timer, baudRate, signal, link } = options;
  if (link === undefined || link.choice === "off") return plain(await openSerial(path, options));
  const session = sessionFrom(link.prng);
  const transport = await (link.choice === "on"
    ? openSerialUngreeted(path, baudRate)
    : openSerial(path, options));
  const open = link.choice === "on" ? linked : linkIfOffered;
  return closedOnStop(transport, signal, () => open(transport, timer, link.clock, session));
}

async function linked(transport: Transport, timer: Timer, clock: Clock, session: number): Promise<Line> {
  try {
    return { kind: "link", transport: await openLink(transport, timer, clock, session) };
  } catch (failure) {
    await transport.close();
    throw failure;
  }
}

/** 1 to 2^32 - 1. */
const sessionFrom = (prng: Prng): number => 1 + prng.below(2 ** 32 - 1);
