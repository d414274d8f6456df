/** SPEC.md, 17.2: kinds of frames, and their answers. */

import type { Frame } from "../../../firmware-protocol/frame/frame.ts";
import {
  encodeOffer,
  encodeTerms,
  highestPayloadBytes,
  highestWindowFrames,
  type LinkLimits,
  linkVersion,
  lowestPayloadBytes,
} from "../../../firmware-protocol/link/terms.ts";
import { concatBytes } from "../../core/bytes.ts";
import type { FrameLine } from "../link/frame-line.ts";
import { control, isBytes } from "../link/part.ts";
import { LinkSession } from "../link/session.ts";
import type { Rule } from "../rule.ts";
import { inFrames, inSession } from "./linked.ts";

const most: LinkLimits = { payloadBytes: highestPayloadBytes, windowFrames: highestWindowFrames };
const least: LinkLimits = { payloadBytes: lowestPayloadBytes, windowFrames: 1 };

/** `open` with these limits must be accepted with the smaller of both sides. */
async function accepted(line: FrameLine, open: Frame, limits: LinkLimits): Promise<void> {
  const terms = {
    version: linkVersion,
    payloadBytes: Math.min(limits.payloadBytes, line.offer.payloadBytes),
    windowFrames: Math.min(limits.windowFrames, line.offer.windowFrames),
  };
  const payload = [...encodeTerms(terms)];
  line.say(open);
  await line.hears("accept", open.session, payload.join(" "), (accept) =>
    isBytes(accept.payload, ...payload),
  );
}

async function refused(line: FrameLine, offer: Uint8Array, reason: number): Promise<void> {
  const session = line.newSession();
  line.say(control("open", session, offer));
  await line.hears("reset", session, `with reason ${reason}`, ({ payload }) => isBytes(payload, reason));
}

const versions = (lowest: number, highest: number): Uint8Array => {
  const offer = encodeOffer(most);
  offer[0] = lowest;
  offer[1] = highest;
  return offer;
};

export const linkKindRules: readonly Rule[] = [
  inFrames("link.accept", "17.2", "accepts with the smaller P and window of both sides", async (line) => {
    for (const limits of [most, least, { ...most, windowFrames: 2 }, { ...least, windowFrames: 64 }])
      await accepted(line, control("open", line.newSession(), encodeOffer(limits)), limits);
  }),
  inFrames(
    "link.handshake-numbers",
    "17.1",
    "writes 0 for sequence, acknowledgement and window where they mean nothing",
    async (line) => {
      const session = line.newSession();
      const zeros = ({ sequence, acknowledgement, window }: Frame): boolean =>
        sequence === 0 && acknowledgement === 0 && window === 0;
      line.say(control("ping", session));
      await line.hears("reset", session, "", zeros);
      line.say(control("open", session, encodeOffer(most)));
      await line.hears("accept", session, "", zeros);
      line.say(control("close", session));
      await line.hears("closed", session, "", zeros);
    },
  ),
  inFrames(
    "link.impossible-open",
    "17.2",
    "answers no open of session 0, or of less than 5 bytes",
    async (line) => {
      await line.unanswered(control("open", 0, encodeOffer(most)));
      await line.unanswered(control("open", line.newSession(), encodeOffer(most).subarray(0, 4)));
    },
  ),
  inFrames("link.later-open", "17.2", "ignores further bytes of open", async (line) => {
    const payload = concatBytes([encodeOffer(most), Uint8Array.of(1, 2, 3)]);
    await accepted(line, control("open", line.newSession(), payload), most);
  }),
  inFrames(
    "link.versions",
    "17.2",
    "accepts version 1 where it is among those that are offered",
    async (line) => {
      for (const highest of [1, 2, 255])
        await accepted(line, control("open", line.newSession(), versions(1, highest)), most);
    },
  ),
  inFrames("link.no-version", "17.2", "refuses an open without version 1 with reset 2", async (line) => {
    await refused(line, versions(2, 2), 2);
    await refused(line, versions(2, 255), 2);
  }),
  inFrames("link.no-limits", "17.2", "refuses a P below 64 and a window of 0 with reset 3", async (line) => {
    await refused(line, encodeOffer({ ...most, payloadBytes: lowestPayloadBytes - 1 }), 3);
    await refused(line, encodeOffer({ ...most, windowFrames: 0 }), 3);
  }),
  inSession("link.ping", "17.2", "answers ping with ack", async (session, line) => {
    for (let pings = 0; pings < 5; pings++) await session.pinged();
    await line.hearsNothing();
  }),
  inFrames("link.close", "17.2", "answers close with closed, and knows the session no more", async (line) => {
    const session = await LinkSession.open(line);
    await session.answers("*OPC?\n", "1");
    for (let times = 0; times < 2; times++) {
      line.say(session.ending("close"));
      await line.hears("closed", session.id);
    }
    await line.unknown(session.data("*ESE 77\n"));
  }),
];
