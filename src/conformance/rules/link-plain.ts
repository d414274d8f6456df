/** SPEC.md, 17.3: frames and plain lines on one port. */

import { encodeFrame, type Frame } from "../../../firmware-protocol/frame/frame.ts";
import { bytesOf, concatBytes } from "../../core/bytes.ts";
import { delimiters } from "../link/part.ts";
import { LinkSession } from "../link/session.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, silent, take } from "../step.ts";
import { inFrames, inSession, withoutLink } from "./linked.ts";

/** A plain reply of more than one character: one alone is no plain line where frames stand. */
const plain = "SYST:VERS?\n";
const plainReply = "1999.0";
const marked = "*ESE 77\n";

/** A frame whose first byte on the line, the one behind the delimiter, is this one: the first zero of its body stands so far in. */
function beginningWith(byte: number, session: number): Frame {
  const payload = new Uint8Array(Math.max(1, byte - 10)).fill(1);
  if (byte > 10) payload[byte - 11] = 0x80;
  const numbers = { sequence: 0x0101, acknowledgement: 0x0101, window: byte === 10 ? 0 : 1 };
  return { kind: "data", session, ...numbers, payload };
}

const garbage = [
  `\x01${marked}\0`,
  `${marked.slice(0, -1)}\0`,
  `\x80\xff\n${marked}\0`,
  "\nX\n\0",
  `\r\x07${"*ESE 77;".repeat(40)}\n\0`,
];

export const linkPlainRules: readonly Rule[] = [
  inSession(
    "link.plain-line",
    "17.3",
    "L3: answers a plain line behind a frame and before one",
    async (session, line) => {
      for (const text of [plain, `\n${plain}`, `\n\r\n${plain}`]) {
        await session.pinged();
        line.say(text);
        await line.hearsPlain(plainReply);
      }
      line.say(concatBytes([encodeFrame(session.ack()), bytesOf(plain)]));
      await line.hearsPlain(plainReply);
      await session.answers("*OPC?\n", "1");
    },
  ),
  rule(
    "link.plain-abandoned",
    "17.3",
    "L1: drops a plain message that a 0x00 outside a block interrupts, with -161",
    async (probe) => {
      await probe.inFrames(async (line) => {
        const session = await LinkSession.open(line);
        line.say(plain);
        await line.hearsPlain(plainReply);
        await session.pinged("*ESE 77");
        line.say(plain);
        await line.hearsPlain(plainReply);
      });
      await take(probe, faulty("*ESE?", [-161], "0"));
    },
    { unless: withoutLink },
  ),
  inSession("link.silence", "17.3", "L3: ends frame mode after 1 s of silence", async (session, line) => {
    await session.pinged();
    line.say("\x01\x02");
    await line.rest("silence");
    line.say(plain);
    await line.hearsPlain(plainReply);
  }),
  inFrames(
    "link.first-byte",
    "17.3",
    "L3: takes a frame whose first byte is LF or printable",
    async (line) => {
      for (const byte of [0x0a, 0x0d, 0x20, 0x2a, 0x41])
        await line.unknown(beginningWith(byte, line.newSession()));
    },
  ),
  rule(
    "link.garbage",
    "17.3",
    "L4: executes nothing of what is neither frame nor line, and queues no error",
    async (probe) => {
      await probe.inFrames(async (line) => {
        const session = await LinkSession.open(line);
        for (const bytes of garbage) await session.pinged(delimiters(1), bytes);
        await line.hearsNothing();
        await session.answers("*ESE?\n", "0");
      });
      await take(probe, silent(""));
    },
    { unless: withoutLink },
  ),
  inSession(
    "link.apart",
    "17.3",
    "L5: keeps plain lines and framed messages apart",
    async (session, line) => {
      session.send("*ES");
      await session.pinged();
      await session.settled();
      line.say(plain);
      await line.hearsPlain(plainReply);
      await session.answers("E?\n", "0");
    },
  ),
  rule(
    "link.rest",
    "17.3",
    "L6: gives no framed message up that rests",
    async (probe) => {
      await probe.inFrames(async (line) => {
        const session = await LinkSession.open(line);
        session.send("*ESE 5;*ES");
        await line.rest("silence");
        await session.answers("E?\n", "5");
      });
      await take(probe, silent(""));
    },
    { unless: withoutLink },
  ),
  rule(
    "link.unfinished",
    "17.3",
    "L6: drops a message that is unfinished when its session ends, without an error",
    async (probe) => {
      await probe.inFrames(async (line) => {
        const session = await LinkSession.open(line);
        session.send("*ESE 7");
        await session.pinged();
        await session.settled();
        line.say(session.ending("close"));
        await line.hears("closed", session.id);
        const next = await LinkSession.open(line);
        await next.answers("\n*ESE?\n", "0");
      });
      await take(probe, silent(""));
    },
    { unless: withoutLink },
  ),
  inFrames(
    "link.first-contact",
    "17.3",
    "L7: ends session and offer at a plain *IDN?",
    async (line, { board }) => {
      for (const text of ["*IDN?\n", " *idn? \r\n"]) {
        const session = await LinkSession.open(line);
        await session.pinged();
        const offered = await LinkSession.offered(line);
        line.say(text);
        await line.hearsPlain(board.identification);
        await line.hearsNothing();
        await line.unknown(session.data(marked));
        await line.unknown(offered.ping());
      }
    },
  ),
];
