/** What the kit says on a line with a link: frames, plain text and bytes that are neither. Pure. */

import {
  delimiter,
  encodeFrame,
  type Frame,
  type FrameKind,
} from "../../../firmware-protocol/frame/frame.ts";
import { encodeOffer, type LinkLimits } from "../../../firmware-protocol/link/terms.ts";
import { bytesOf } from "../../core/bytes.ts";
import { legible } from "../legible.ts";
import { frameWords } from "./words.ts";

/** A frame, text of a plain line, or bytes as they are. */
export type Part = Frame | string | Uint8Array;

const nothing = new Uint8Array(0);

/** A frame without a place in the stream of data. */
export const control = (kind: FrameKind, session: number, payload: Uint8Array = nothing): Frame => ({
  kind,
  session,
  sequence: 0,
  acknowledgement: 0,
  window: 0,
  payload,
});

export const openFrame = (session: number, limits: LinkLimits): Frame =>
  control("open", session, encodeOffer(limits));

export const isBytes = (bytes: Uint8Array, ...expected: readonly number[]): boolean =>
  bytes.length === expected.length && expected.every((byte, n) => bytes[n] === byte);

/** What a delimiter stands for on both sides of a frame, and nothing between two of them. */
export const delimiters = (count: number): Uint8Array => new Uint8Array(count).fill(delimiter);

export function wireOf(part: Part): Uint8Array {
  if (typeof part === "string") return bytesOf(part);
  return part instanceof Uint8Array ? part : encodeFrame(part);
}

export function partWords(part: Part): string {
  if (typeof part === "string") return legible(bytesOf(part));
  return part instanceof Uint8Array ? legible(part) : frameWords(part);
}
