/** From the name of a board to the line that messages travel on: a serial port with a link or without, USB or TCP. */

import type { Clock, Timer } from "../../src/core/clock.ts";
import type { Prng } from "../../src/core/prng.ts";
import { type Line, linkIfOffered } from "../link/link-or-plain.ts";
import { openLink } from "../link/link-transport.ts";
import { openSerial, openSerialUngreeted } from "../serial/serial-transport.ts";
import { openTcp } from "../tcp/tcp-transport.ts";
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
}

/** @throws LabError of the opening, the greeting and the handshake, each naming the resource. */
export async function openLine(resource: Resource, options: LineOptions): Promise<Line> {
  const { timer, link } = options;
  switch (resource.kind) {
    case "tcp":
      return plain(await openTcp(resource.host, resource.port, timer));
    case "usb":
      return plain(await openUsb(resource, timer));
    case "serial":
      return link === undefined
        ? plain(await openSerial(resource.path, timer, options.baudRate, options.sought))
        : serialLine(resource.path, options, link);
    default:
      return resource satisfies never;
  }
}

const plain = (transport: Transport): Line => ({ kind: "plain", transport });

async function serialLine(
  path: string,
  { timer, baudRate, sought }: LineOptions,
  link: LinkUse,
): Promise<Line> {
  const { choice, clock, prng } = link;
  switch (choice) {
    case "off":
      return plain(await openSerial(path, timer, baudRate, sought));
    case "auto":
      return linkIfOffered(await openSerial(path, timer, baudRate, sought), timer, clock, sessionFrom(prng));
    case "on": {
      const transport = await openSerialUngreeted(path, baudRate);
      try {
        return { kind: "link", transport: await openLink(transport, timer, clock, sessionFrom(prng)) };
      } catch (failure) {
        await transport.close();
        throw failure;
      }
    }
    default:
      return choice satisfies never;
  }
}

/** 1 to 2^32 - 1. */
const sessionFrom = (prng: Prng): number => 1 + prng.below(2 ** 32 - 1);
