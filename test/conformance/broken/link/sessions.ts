/** Boards that break sessions and offers (SPEC.md, 17.4). */

import { encodeFrame, type Frame } from "../../../../firmware-protocol/frame/frame.ts";
import { defaultLimits } from "../../../../firmware-protocol/link/terms.ts";
import { openFrame } from "../../../../src/conformance/link/part.ts";
import type { LinkFault } from "../../linked-boards.ts";
import { control, hears, isConfirming, type LinkBroken } from "./case.ts";

/** Watches which session is confirmed and which one offered. */
const knowing = (
  change: (frame: Frame, session: number, offered: number, say: (frame: Frame) => void) => readonly Frame[],
): LinkFault =>
  hears(() => {
    let session = 0;
    let offered = 0;
    return (frame, { toHost }) => {
      const frames = change(frame, session, offered, (answer) => toHost(encodeFrame(answer)));
      if (frame.kind === "open") offered = frame.session;
      if (isConfirming(frame) && frame.session === offered) session = offered;
      return frames;
    };
  });

/** Says that it does not know what was offered beside a session that ended. */
function forgettingOffers(): LinkFault {
  const forgotten = new Set<number>();
  return knowing((frame, session, offered, say) => {
    const ends = frame.kind === "close" || frame.kind === "reset";
    if (ends && frame.session === session && offered !== session) forgotten.add(offered);
    if (!isConfirming(frame) || !forgotten.has(frame.session)) return [frame];
    say(control("reset", frame.session, 1));
    return [];
  });
}

/** Takes an offer up that a newer one has replaced. */
function rememberingOffers(): LinkFault {
  const replaced = new Set<number>();
  return knowing((frame, session, offered) => {
    if (frame.kind === "open" && offered !== session) replaced.add(offered);
    const late = isConfirming(frame) && replaced.delete(frame.session);
    return late ? [openFrame(frame.session, defaultLimits), frame] : [frame];
  });
}

export const linkSessionCases: readonly LinkBroken[] = [
  {
    name: "begins a session with its open",
    fault: knowing((frame, session) =>
      frame.kind === "open" && frame.session !== session ? [control("reset", session), frame] : [frame],
    ),
    fails: ["link.offered"],
  },
  { name: "takes up an offer that was replaced", fault: rememberingOffers(), fails: ["link.newest-offer"] },
  {
    name: "begins its session anew when it is opened again",
    fault: knowing((frame, session) =>
      frame.kind === "open" && frame.session === session ? [control("reset", session), frame] : [frame],
    ),
    fails: ["link.open-again"],
  },
  { name: "forgets an offer with its session", fault: forgettingOffers(), fails: ["link.offer-stays"] },
  {
    name: "minds no reset",
    fault: knowing((frame) => (frame.kind === "reset" ? [] : [frame])),
    fails: ["link.reset"],
  },
  {
    name: "answers a reset",
    fault: knowing((frame, session, _, say) => {
      if (frame.kind === "reset" && frame.session === session) say(frame);
      return [frame];
    }),
    fails: ["link.offer-stays", "link.reset"],
  },
  {
    name: "says nothing to an ack of a session that it does not know",
    fault: knowing((frame, session, offered) => {
      const known = frame.session === session || frame.session === offered;
      return frame.kind === "ack" && !known ? [] : [frame];
    }),
    fails: ["link.unknown"],
  },
  {
    name: "answers a closed of a session that it does not know",
    fault: knowing((frame) => [frame.kind === "closed" ? { ...frame, kind: "ping" } : frame]),
    fails: ["link.answers"],
  },
  {
    name: "keeps a session for a minute",
    // Any frame of it keeps a session; this one is not answered.
    fault: hears(() => (frame, { toBoard, timer }) => {
      if (frame.kind === "ping")
        timer.after(20, () => toBoard(encodeFrame(control("closed", frame.session))));
      return [frame];
    }),
    fails: ["link.forgotten"],
  },
];
