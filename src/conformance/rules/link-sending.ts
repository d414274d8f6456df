/** SPEC.md, 17.5 and 17.6: data of a session on their way to the host. */

import type { Frame } from "../../../firmware-protocol/frame/frame.ts";
import { lowestPayloadBytes } from "../../../firmware-protocol/link/terms.ts";
import { describeChip } from "../../../firmware-protocol/operation/describe-chip.ts";
import { bytesOf } from "../../core/bytes.ts";
import { outcomeOf } from "../expectation.ts";
import type { FrameLine } from "../link/frame-line.ts";
import { LinkSession } from "../link/session.ts";
import type { Rule } from "../rule.ts";
import { inFrames, inSession } from "./linked.ts";

/** The descriptor is longer than two of the shortest frames. */
const request = "SYST:DESC?\n";
const fewFrames = 2;
const narrow = { payloadBytes: lowestPayloadBytes, windowFrames: fewFrames };
/** Beyond it the board repeats without end. */
const maxFrames = 1000;

/** @throws Mismatch unless the reply is a whole descriptor. */
async function described(session: LinkSession, judge?: (frame: Frame) => void): Promise<void> {
  const came = await session.reply(judge);
  if (outcomeOf(describeChip, bytesOf(came))?.ok === true) return;
  throw session.line.mismatch("the whole descriptor, each byte once", {
    kind: "frame",
    frame: session.data(came.slice(0, lowestPayloadBytes)),
  });
}

/** All that comes before the line is quiet. @throws Mismatch unless every frame of it is allowed. */
async function hearsOnly(line: FrameLine, what: string, allowed: (frame: Frame) => boolean): Promise<void> {
  for (let frames = 0; frames < maxFrames; frames++) {
    const said = await line.quietly();
    if (said === undefined) return;
    if (said.kind !== "frame" || !allowed(said.frame)) throw line.mismatch(what, said);
  }
}

/** A reply came twice and is not acknowledged yet. */
async function repeated(session: LinkSession): Promise<void> {
  session.send("SYST:VERS?\n");
  const first = await session.heardData();
  const again = await session.heardData();
  const same = again.sequence === first.sequence && `${again.payload}` === `${first.payload}`;
  if (!same) throw session.line.mismatch("the same data again", { kind: "frame", frame: again });
}

export const linkSendingRules: readonly Rule[] = [
  inSession(
    "link.repeats",
    "17.5",
    "sends what is not acknowledged again, under its number and whole",
    repeated,
  ),
  inSession("link.stops", "17.5", "sends what was acknowledged no more", async (session, line) => {
    await repeated(session);
    session.awaited = 1;
    line.say(session.ack());
    await line.rest("silence");
    await hearsOnly(line, "nothing more", () => false);
    await session.answers("*OPC?\n", "1");
  }),
  inFrames("link.frame-length", "17.5", "sends at most P bytes in a frame", async (line) => {
    const session = await LinkSession.open(line, { ...line.offer, payloadBytes: lowestPayloadBytes });
    session.send(request);
    const judge = (frame: Frame): void => {
      if (frame.payload.length <= lowestPayloadBytes) return;
      throw line.mismatch(`at most ${lowestPayloadBytes} bytes of data`, { kind: "frame", frame });
    };
    await described(session, judge);
  }),
  inFrames("link.window", "17.5", "has at most a window of frames under way", async (line) => {
    const session = await LinkSession.open(line, narrow);
    session.send(request);
    const { windowFrames } = session.terms;
    const what = `data 0 to ${windowFrames - 1} until they are acknowledged`;
    await hearsOnly(line, what, ({ sequence, kind }) => kind !== "data" || sequence < windowFrames);
    await described(session);
  }),
  inFrames(
    "link.closed-window",
    "17.5",
    "sends nothing into a closed window, and goes on when it opens",
    async (line) => {
      const session = await LinkSession.open(line, narrow);
      const { windowFrames } = session.terms;
      session.send(request);
      for (let room = windowFrames - 1; room >= 0; room--) await session.heardInOrder(room);
      await line.rest("silence");
      await hearsOnly(line, "no data while the window is closed", ({ kind }) => kind !== "data");
      line.say(session.ack());
      await described(session);
    },
  ),
  inFrames(
    "link.patience",
    "17.9",
    "goes on where it was when a host stopped acknowledging for 5 s",
    async (line) => {
      const session = await LinkSession.open(line, narrow);
      session.send(request);
      await session.heardInOrder();
      await line.rest("stopped");
      await described(session);
    },
  ),
  inSession(
    "link.quiet",
    "17.6",
    "says nothing in a session while nothing is under way",
    async (session, line) => {
      await session.answers("*OPC?\n", "1");
      await line.rest("silence");
      await session.settled();
    },
  ),
];
