/** SPEC.md, 17.4: one session at most, and one that was offered. */

import type { FrameKind } from "../../../firmware-protocol/frame/frame.ts";
import { defaultLimits } from "../../../firmware-protocol/link/terms.ts";
import { control, openFrame } from "../link/part.ts";
import { LinkSession } from "../link/session.ts";
import type { Rule } from "../rule.ts";
import { inFrames, inSession } from "./linked.ts";

const confirming: readonly FrameKind[] = ["data", "ack", "ping"];
const answers: readonly FrameKind[] = ["accept", "reset", "closed"];

export const linkSessionRules: readonly Rule[] = [
  inSession(
    "link.offered",
    "17.4",
    "goes on with its session while another one is offered, until that is confirmed",
    async (session, line) => {
      await session.answers("*ESE 3;*ESE?\n", "3");
      const other = await LinkSession.offered(line);
      await session.answers("*ESE?\n", "3");
      await other.pinged();
      await line.unknown(session.data("*ESE 77\n"));
      await other.answers("*ESE?\n", "3");
    },
  ),
  inFrames("link.newest-offer", "17.4", "remembers the newest offer alone", async (line) => {
    const first = await LinkSession.offered(line);
    const second = await LinkSession.offered(line);
    await line.unknown(first.data("*ESE 77\n"));
    await second.answers("*ESE?\n", "0");
  }),
  inSession(
    "link.open-again",
    "17.4",
    "accepts an open of its session again, and goes on",
    async (session, line) => {
      await session.answers("*ESE 3;*ESE?\n", "3");
      line.say(openFrame(session.id, defaultLimits));
      await line.hears("accept", session.id);
      await session.answers("*ESE?\n", "3");
    },
  ),
  inFrames(
    "link.offer-stays",
    "17.4",
    "keeps an offer while its session is closed or reset",
    async (line) => {
      for (const kind of ["close", "reset"] as const) {
        const session = await LinkSession.open(line);
        await session.pinged();
        const other = await LinkSession.offered(line);
        line.say(session.ending(kind));
        if (kind === "close") await line.hears("closed", session.id);
        await other.answers("*OPC?\n", "1");
      }
    },
  ),
  inSession("link.reset", "17.4", "ends a session at reset, without an answer", async (session, line) => {
    await session.answers("*OPC?\n", "1");
    await line.unanswered(session.ending("reset"));
    await line.unknown(session.data("*ESE 77\n"));
  }),
  inFrames(
    "link.unknown",
    "17.4",
    "answers data, ack and ping of a session that it does not know with reset 1",
    async (line) => {
      for (const kind of confirming) await line.unknown(control(kind, line.newSession(), new Uint8Array(1)));
      const session = await LinkSession.open(line);
      await session.pinged();
      for (const kind of confirming) await line.unknown(control(kind, line.newSession(), new Uint8Array(1)));
      await session.answers("*OPC?\n", "1");
    },
  ),
  inSession(
    "link.answers",
    "17.4",
    "answers no accept, reset and closed of other sessions",
    async (session, line) => {
      for (const kind of answers)
        await line.unanswered(control(kind, line.newSession(), Uint8Array.of(1, 0, 1, 1)));
      await session.answers("*OPC?\n", "1");
    },
  ),
  inSession(
    "link.forgotten",
    "17.4",
    "forgets a session of which it hears nothing for 30 s",
    async (session, line) => {
      await session.pinged();
      await line.rest("forgotten");
      await line.unknown(session.data("*ESE 77\n"));
    },
  ),
];
