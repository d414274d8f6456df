/** SPEC.md, 17.1 and L2 of 17.3: what is a frame, and what damage costs. */

import { cobsBound, cobsEncode } from "../../../firmware-protocol/frame/cobs.ts";
import { crc32c } from "../../../firmware-protocol/frame/crc32c.ts";
import { encodedBound, encodeFrame } from "../../../firmware-protocol/frame/frame.ts";
import { bytesOf, concatBytes } from "../../core/bytes.ts";
import type { FrameLine } from "../link/frame-line.ts";
import { delimiters } from "../link/part.ts";
import type { LinkSession } from "../link/session.ts";
import type { Rule } from "../rule.ts";
import { inSession } from "./linked.ts";

/** Would be seen in `*ESE?` if it were executed. */
const marked = "*ESE 77\n";
const unmarked = "0";

/** Bytes that are no frame, one after the other, each with a frame behind it that must be treated. */
async function passesOver(
  session: LinkSession,
  line: FrameLine,
  damaged: Iterable<Uint8Array>,
): Promise<void> {
  for (const bytes of damaged) await session.pinged(bytes);
  await line.hearsNothing();
  await session.answers("*ESE?\n", unmarked);
}

function* flipped(frame: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < frame.length * 8; bit++)
    yield frame.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

/** Beginnings and ends that lack more than a delimiter. */
function* cut(frame: Uint8Array): Generator<Uint8Array> {
  for (let length = 2; length < frame.length - 1; length++) yield frame.subarray(0, length);
  for (let from = 2; from < frame.length - 1; from++) yield frame.subarray(from);
}

/** A frame whose kind has this number, with a good checksum. */
function ofKind(kind: number, session: number): Uint8Array {
  const body = new Uint8Array(14);
  const view = new DataView(body.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, session, true);
  view.setUint32(10, crc32c(body, 0, 10), true);
  const wire = new Uint8Array(cobsBound(body.length) + 2);
  return wire.subarray(0, cobsEncode(body, wire, 1) + 1);
}

/** So many bytes of empty messages with a mark at their end. */
const long = (length: number, mark: string): Uint8Array => bytesOf(mark.padStart(length, "\n"));

/** More than any buffer for one frame, of a byte that is no delimiter. */
const flood = (payloadBytes: number): Uint8Array => new Uint8Array(3 * encodedBound(payloadBytes)).fill(0xff);

export const linkFrameRules: readonly Rule[] = [
  inSession(
    "link.flipped-bits",
    "17.1",
    "drops a frame with any one bit flipped, and treats the frames before and after it",
    (session, line) => passesOver(session, line, flipped(encodeFrame(session.data(marked)))),
  ),
  inSession("link.cut", "17.1", "drops a frame that lacks its beginning or its end", (session, line) =>
    passesOver(session, line, cut(encodeFrame(session.data(marked)))),
  ),
  inSession("link.payload", "17.2", "takes data of 1 to P bytes", async (session) => {
    const { payloadBytes } = session.terms;
    session.send("\n");
    await session.pinged();
    await session.settled();
    session.send(long(payloadBytes, "*ESE 9\n"));
    await session.settled();
    await session.answers("*ESE?\n", "9");
  }),
  inSession("link.empty", "17.2", "drops data without a payload", (session, line) =>
    passesOver(session, line, [encodeFrame(session.data(""))]),
  ),
  inSession(
    "link.too-long",
    "17.1",
    "drops data of P + 1 bytes, and treats the next frame",
    (session, line) =>
      passesOver(session, line, [encodeFrame(session.data(long(session.terms.payloadBytes + 1, marked)))]),
  ),
  inSession(
    "link.flood",
    "17.1",
    "drops what is longer than any frame up to the next delimiter",
    (session, line) =>
      passesOver(session, line, [concatBytes([delimiters(1), flood(line.offer.payloadBytes)])]),
  ),
  inSession("link.unknown-kind", "17.2", "drops frames of kinds that do not exist", (session, line) =>
    passesOver(
      session,
      line,
      [0, 9, 0x2a, 0xff].map((kind) => ofKind(kind, session.id)),
    ),
  ),
  inSession(
    "link.lost-delimiter",
    "17.3",
    "L2: takes frames that share a delimiter, whichever of them was lost",
    async (session) => {
      const frame = encodeFrame(session.data("\n"));
      session.next = 1;
      await session.pinged(frame.subarray(0, -1));
      await session.settled();
      const other = encodeFrame(session.data("*ESE 5\n"));
      session.next = 2;
      await session.pinged(other.subarray(1));
      await session.settled();
      await session.answers("*ESE?\n", "5");
    },
  ),
  inSession(
    "link.delimiters",
    "17.3",
    "L2: makes nothing of delimiters that follow each other",
    (session, line) => passesOver(session, line, [delimiters(1), delimiters(2), delimiters(4096)]),
  ),
];
