/** A link where the board has one, else the same port in plain lines: what a user means who says nothing about links. */

import type { Clock, Timer } from "../../src/core/clock.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import { linkEndOf } from "./link-failure.ts";
import { type LinkOptions, type LinkTransport, openLink } from "./link-transport.ts";

export type Line =
  | { readonly kind: "link"; readonly transport: LinkTransport }
  | { readonly kind: "plain"; readonly transport: Transport };

/**
 * Tries the handshake of the link for 4.5 s; a board without a link takes it for one broken line, which ends with the line feed
 * that is sent last, and whose error `*CLS` clears.
 * @throws LabError NOT_OURS when the board's link cannot be used, LINK_LOST; `transport` is closed then.
 */
export async function linkOrPlain(
  transport: Transport,
  timer: Timer,
  clock: Clock,
  session: number,
  options: LinkOptions = {},
): Promise<Line> {
  const line = twiceHeard(transport);
  try {
    return { kind: "link", transport: await openLink(line.first, timer, clock, session, options) };
  } catch (failure) {
    if (linkEndOf(failure) === "noAnswer") {
      const plain = line.second();
      await plain.write(Uint8Array.of(0x0a));
      return { kind: "plain", transport: plain };
    }
    await transport.close();
    throw failure;
  }
}

/** A transport has one listener for its life; this one is listened to by the handshake first and by somebody else after it. */
function twiceHeard(transport: Transport): { readonly first: Transport; second(): Transport } {
  const inbox = new Inbox();
  let listener: TransportListener | undefined;
  let handedOn = false;
  transport.listen({
    bytes: (chunk) => (handedOn ? inbox.bytes(chunk) : listener?.bytes(chunk)),
    closed(reason) {
      if (!handedOn) listener?.closed(reason);
      inbox.close(reason);
    },
  });
  const { name } = transport;
  const write = (bytes: Uint8Array): Promise<void> => transport.write(bytes);
  const close = (): Promise<void> => transport.close();
  return {
    first: {
      name,
      write,
      close,
      listen(first) {
        listener = first;
      },
    },
    second() {
      handedOn = true;
      return { name, write, close, listen: (second) => inbox.listen(second) };
    },
  };
}
