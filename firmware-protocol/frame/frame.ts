/**
 * One frame of the reliable link. Before stuffing: kind (1 byte), session id (4), sequence number (2), acknowledgement (2),
 * window (1), payload, CRC-32C of all that (4), numbers least significant byte first. On the wire: 0x00, these bytes after COBS, 0x00.
 *
 * Payload bytes travel with their top bit inverted. So text in a frame never reads as text: even when a delimiter is lost and the
 * inside of a frame is taken for plain lines, it holds no command that a board could execute.
 */

import { cobsBound, cobsDecode, cobsEncode } from "./cobs.ts";
import { crc32c } from "./crc32c.ts";

/**
 * The index in this list, plus 1, is the kind byte. None of them is printable, a tab, LF or CR: see port-scanner.ts.
 *
 * - `open`, `accept`: the handshake; `ack`: acknowledges, and says what is held (bitmap); `ping`: calls for an `ack`;
 * - `reset`: the session is not known here; `close`, `closed`: the end that both agree on.
 */
export const frameKinds = ["open", "accept", "data", "ack", "ping", "reset", "close", "closed"] as const;
export type FrameKind = (typeof frameKinds)[number];

export interface Frame {
  readonly kind: FrameKind;
  /** Drawn by the host for each session; 1 to 2^32 - 1. */
  readonly session: number;
  /** Of a data frame, modulo 2^16; else that of the next data frame. */
  readonly sequence: number;
  /** Every data frame before this one has arrived. */
  readonly acknowledgement: number;
  /** Frames from `acknowledgement` on that the sender of this frame has room for. */
  readonly window: number;
  readonly payload: Uint8Array;
}

export type FrameFault = "badCobs" | "tooShort" | "badCrc" | "unknownKind";

const headerBytes = 10;
const crcBytes = 4;
const topBit = 0x80;
const topBits = 0x80808080;
export const delimiter = 0x00;

/** Largest length between the delimiters of a frame with so many bytes of payload. */
export const encodedBound = (payloadBytes: number): number =>
  cobsBound(headerBytes + payloadBytes + crcBytes);

/** The frame with both its delimiters. */
export const encodeFrame = (frame: Frame): Uint8Array => encodeFrames([frame]);

/** The frames one after the other, each with both its delimiters. */
export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  const most = frames.reduce((sum, { payload }) => sum + encodedBound(payload.length) + 2, 0);
  const wire = new Uint8Array(most);
  let end = 0;
  for (const frame of frames) end = cobsEncode(bodyOf(frame), wire, end + 1) + 1;
  return wire.subarray(0, end);
}

/** Decodes what stood between two delimiters: bytes `start` to `end`. The payload is a copy. */
export function decodeFrame(bytes: Uint8Array, start = 0, end = bytes.length): Frame | FrameFault {
  const body = new Uint8Array(end - start);
  const length = cobsDecode(bytes, start, end, body);
  if (length === undefined) return "badCobs";
  const crcAt = length - crcBytes;
  if (crcAt < headerBytes) return "tooShort";
  const view = new DataView(body.buffer);
  if (view.getUint32(crcAt, true) !== crc32c(body, 0, crcAt)) return "badCrc";
  const kind = frameKinds[view.getUint8(0) - 1];
  if (kind === undefined) return "unknownKind";
  return {
    kind,
    session: view.getUint32(1, true),
    sequence: view.getUint16(5, true),
    acknowledgement: view.getUint16(7, true),
    window: view.getUint8(9),
    payload: inverted(body, headerBytes, crcAt),
  };
}

/** Where one frame at a time is put together: a new buffer for each would cost as much as its checksum. */
let scratch = new ArrayBuffer(4096);

/** Good until the next call. */
function bodyOf(frame: Frame): Uint8Array {
  const crcAt = headerBytes + frame.payload.length;
  if (scratch.byteLength < crcAt + crcBytes) scratch = new ArrayBuffer(2 * (crcAt + crcBytes));
  const body = new Uint8Array(scratch, 0, crcAt + crcBytes);
  const view = new DataView(scratch);
  view.setUint8(0, frameKinds.indexOf(frame.kind) + 1);
  view.setUint32(1, frame.session, true);
  view.setUint16(5, frame.sequence, true);
  view.setUint16(7, frame.acknowledgement, true);
  view.setUint8(9, frame.window);
  body.set(frame.payload, headerBytes);
  inverted(body, headerBytes, crcAt);
  view.setUint32(crcAt, crc32c(body, 0, crcAt), true);
  return body;
}

/** Inverts the top bits of bytes `start` to `end` in place, four at a time, and gives them; of a buffer of its own that nobody else has yet. */
function inverted(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const words = new Uint32Array(bytes.buffer, 0, end >> 2);
  const firstWord = Math.min((start + 3) >> 2, words.length);
  let at = start;
  for (; at < Math.min(4 * firstWord, end); at++) bytes[at]! ^= topBit;
  if (at === 4 * firstWord) {
    for (let word = firstWord; word < words.length; word++) words[word]! ^= topBits;
    at = 4 * words.length;
  }
  for (; at < end; at++) bytes[at]! ^= topBit;
  return bytes.subarray(start, end);
}
