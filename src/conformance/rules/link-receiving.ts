/** SPEC.md, 17.5: data of a session on their way to the board. */

import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { textOfBytes } from "../../core/bytes.ts";
import { asked, demand, freshId, wearing } from "../asking.ts";
import { pulseMessage } from "../board.ts";
import { LinkSession } from "../link/session.ts";
import { type Rule, rule } from "../rule.ts";
import { inFrames, inSession, withoutLink } from "./linked.ts";

const fewFrames = 2;
const marked = "*ESE 77\n";

/** Numbers of a reply to a pulse request. */
const receiptOf = (reply: string) => {
  const [, , pulses = 0, startSeconds = 0, endSeconds = 0] = reply.split(",").map(Number);
  return { pulses, startSeconds, endSeconds };
};

export const linkReceivingRules: readonly Rule[] = [
  inSession(
    "link.stream",
    "17.5",
    "joins the payloads of frames to one stream of messages",
    async (session) => {
      session.send("*ES");
      session.send("E 9;*ESE?\n*ESE 8;*ES");
      session.send("E?\n");
      session.expects(await session.reply(), "9");
      session.expects(await session.reply(), "8");
    },
  ),
  inSession(
    "link.acknowledges",
    "17.5",
    "acknowledges data that call for no reply",
    async (session, line) => {
      for (let times = 1; times <= 3; times++) {
        session.send("*ESE 3\n");
        await line.hears(
          "ack",
          session.id,
          `acknowledgement ${times}`,
          (ack) => ack.acknowledgement === times,
        );
      }
      await session.settled();
    },
  ),
  inSession(
    "link.duplicate",
    "17.5",
    "executes a frame that comes twice once, and acknowledges it twice",
    async (session, line) => {
      const frame = session.data("*OPC?\n");
      line.say(frame, frame);
      session.next = 1;
      session.expects(await session.reply(), "1");
      await session.settled();
      line.say(frame);
      await line.hears("ack", session.id, "acknowledgement 1", (ack) => ack.acknowledgement === 1);
      await session.settled();
    },
  ),
  rule(
    "link.pulse-once",
    "17.9",
    "gives one pulse for a request that comes in two frames with the same sequence, and again in another session",
    async (probe) => {
      const id = await freshId(probe);
      const message = pulseMessage(probe.board, id);
      await wearing(probe, message, async () => {
        const replies: string[] = [];
        await probe.inFrames(async (line) => {
          probe.pulsesAsked += 1;
          const session = await LinkSession.open(line);
          const pieces = session.pieces(message);
          line.say(...pieces, ...pieces);
          session.next += pieces.length;
          replies.push(await session.reply());
          await session.settled();
          const later = await LinkSession.open(line);
          for (const piece of later.pieces(message)) later.send(piece.payload);
          replies.push(await later.reply());
        });
        const [first = "", second = ""] = replies;
        const once = first === second && first.startsWith(`0,${id},1,`);
        demand(once, message, "the same reply in both sessions", `${first} and ${second}`);
        return [receiptOf(first)];
      });
      const { lastOperationId } = await asked(probe, lastOperation);
      demand(lastOperationId === id, textOfBytes(message), `last operation id ${id}`, lastOperationId);
    },
    { pulses: true, unless: withoutLink },
  ),
  inSession(
    "link.gap",
    "17.5",
    "executes nothing behind a gap before it is filled, and says in the bitmap what it holds",
    async (session, line) => {
      line.say(session.data("*ESE?\n", { sequence: 1 }));
      const { payload } = await line.hears(
        "ack",
        session.id,
        "acknowledgement 0, and no bitmap or one of frame 1",
        (ack) => ack.acknowledgement === 0 && ack.payload.every((byte, n) => byte === (n === 0 ? 1 : 0)),
      );
      const isHeld = payload.length > 0;
      session.send("*ESE 7\n");
      if (isHeld) session.next = 2;
      else {
        await session.settled();
        session.send("*ESE?\n");
      }
      session.expects(await session.reply(), "7");
      await session.settled();
    },
  ),
  inFrames("link.beyond-window", "17.5", "drops a frame beyond the window", async (line) => {
    const session = await LinkSession.open(line, { ...line.offer, windowFrames: fewFrames });
    const { windowFrames } = session.terms;
    line.say(session.data(marked, { sequence: windowFrames }));
    await line.hears(
      "ack",
      session.id,
      "acknowledgement 0, without a bitmap",
      (ack) => ack.acknowledgement === 0 && ack.payload.every((byte) => byte === 0),
    );
    for (let frames = 0; frames < windowFrames; frames++) {
      session.send("\n");
      await session.pinged();
      await session.settled();
    }
    await session.answers("*ESE?;*ESE?\n", "0;0");
  }),
  inSession(
    "link.bad-acknowledgement",
    "17.5",
    "drops a frame whole that acknowledges what was not sent",
    async (session) => {
      await session.pinged(session.data(marked, { acknowledgement: 5 }));
      await session.settled();
      await session.answers("*ESE?\n", "0");
    },
  ),
  inFrames("link.announces", "17.5", "announces no more than the negotiated window", async (line) => {
    const session = await LinkSession.open(line, { ...line.offer, windowFrames: fewFrames });
    const { windowFrames } = session.terms;
    for (let times = 0; times < 3; times++) {
      const { window } = await session.pinged();
      if (window > windowFrames)
        throw line.mismatch(`a window of at most ${windowFrames}`, {
          kind: "frame",
          frame: { ...session.ping(), kind: "ack", window },
        });
      await session.answers("*OPC?\n", "1");
    }
  }),
];
