/** A link where the board has one, else the same port in plain lines: what a user means who says nothing about links. */

import type { Clock, Timer } from "../../src/core/clock.ts";
import { inTurns } from "../transport/in-turns.ts";
import type { Transport } from "../transport/transport.ts";
import { linkEndOf } from "./link-failure.ts";
import { linkOffered } from "./link-offered.ts";
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
  const next = inTurns(transport);
  try {
    return { kind: "link", transport: await openLink(next(), timer, clock, session, options) };
  } catch (failure) {
    if (linkEndOf(failure) === "noAnswer") {
      const plain = next();
      await plain.write(Uint8Array.of(0x0a));
      return { kind: "plain", transport: plain };
    }
    await transport.close();
    throw failure;
  }
}

/**
 * As `linkOrPlain`, but a board that does not offer a link in plain lines is not troubled with a handshake: it costs a round trip.
 * @throws LabError as `linkOrPlain`; `transport` is closed then.
 */
export async function linkIfOffered(
  transport: Transport,
  timer: Timer,
  clock: Clock,
  session: number,
  options: LinkOptions = {},
): Promise<Line> {
  const next = inTurns(transport);
  const offered = await linkOffered(next(), timer).catch(async (failure: unknown) => {
    await transport.close();
    throw failure;
  });
  if (!offered) return { kind: "plain", transport: next() };
  return linkOrPlain(next(), timer, clock, session, options);
}
