/** What the two sides agree on before data flow, and the payloads of the handshake that say so. */

import { sequenceAfter } from "./sequence.ts";

/** The one version of the link that exists. */
export const linkVersion = 1;

/** What one side is able and willing to take. */
export interface LinkLimits {
  /** Largest payload of a frame, bytes. */
  readonly payloadBytes: number;
  /** Frames that it can hold; also those that it keeps until they are acknowledged. */
  readonly windowFrames: number;
}

export interface Terms extends LinkLimits {
  readonly version: number;
}

export const lowestPayloadBytes = 64;
export const highestPayloadBytes = 16_384;
export const highestWindowFrames = 64;

/** A host's or emulator's own limits: 1 MiB under way each way. Lines that are not quick get shorter frames (sender.ts). */
export const defaultLimits: LinkLimits = { payloadBytes: 16_384, windowFrames: 64 };

export interface Offer extends LinkLimits {
  readonly lowestVersion: number;
  readonly highestVersion: number;
}

const offerBytes = 5;
const termsBytes = 4;

/** Why a session is not known: the payload of `reset`. */
export const resetReasons = { unknownSession: 1, version: 2, limits: 3 } as const;
export type ResetReason = keyof typeof resetReasons;

/** @throws RangeError when the limits are outside what the link allows. */
export function assertLimits(limits: LinkLimits): void {
  if (!areLimits(limits)) {
    throw new RangeError(
      `a link takes payloads of ${lowestPayloadBytes} to ${highestPayloadBytes} bytes and windows of 1 to ${highestWindowFrames} frames`,
    );
  }
}

/** The smaller of both; a reason when there is no version or no size in common. */
export function negotiated(offer: Offer, own: LinkLimits): Terms | ResetReason {
  if (offer.lowestVersion > linkVersion || offer.highestVersion < linkVersion) return "version";
  const payloadBytes = Math.min(offer.payloadBytes, own.payloadBytes);
  const windowFrames = Math.min(offer.windowFrames, own.windowFrames);
  return areLimits({ payloadBytes, windowFrames })
    ? { version: linkVersion, payloadBytes, windowFrames }
    : "limits";
}

/** An answer that asks for more than was offered is not one. */
export const acceptable = (terms: Terms, own: LinkLimits): boolean =>
  terms.version === linkVersion &&
  areLimits(terms) &&
  terms.payloadBytes <= own.payloadBytes &&
  terms.windowFrames <= own.windowFrames;

/** lowest version, highest version, payload bytes (2), window. */
export const encodeOffer = ({ payloadBytes, windowFrames }: LinkLimits): Uint8Array =>
  Uint8Array.of(linkVersion, linkVersion, payloadBytes & 0xff, payloadBytes >> 8, windowFrames);

/** Undefined when it has another length. A later version may append to it, so more is fine. */
export function decodeOffer(payload: Uint8Array): Offer | undefined {
  const [lowestVersion = 0, highestVersion = 0, low = 0, high = 0, windowFrames = 0] = payload;
  if (payload.length < offerBytes) return undefined;
  return { lowestVersion, highestVersion, payloadBytes: low | (high << 8), windowFrames };
}

/** version, payload bytes (2), window. */
export const encodeTerms = ({ version, payloadBytes, windowFrames }: Terms): Uint8Array =>
  Uint8Array.of(version, payloadBytes & 0xff, payloadBytes >> 8, windowFrames);

export function decodeTerms(payload: Uint8Array): Terms | undefined {
  const [version = 0, low = 0, high = 0, windowFrames = 0] = payload;
  if (payload.length !== termsBytes) return undefined;
  return { version, payloadBytes: low | (high << 8), windowFrames };
}

export const encodeReset = (reason: ResetReason): Uint8Array => Uint8Array.of(resetReasons[reason]);

/** Reasons of a later version count as the plain one. */
export const decodeReset = (payload: Uint8Array): ResetReason =>
  payload[0] === resetReasons.version
    ? "version"
    : payload[0] === resetReasons.limits
      ? "limits"
      : "unknownSession";

/** Bit i of byte i >> 3 says that the frame i + 1 behind the acknowledged ones is held. */
export function encodeHeld(next: number, held: ReadonlySet<number>, windowFrames: number): Uint8Array {
  if (held.size === 0) return new Uint8Array(0);
  const bitmap = new Uint8Array(Math.ceil(windowFrames / 8));
  for (let i = 0; i < windowFrames; i++) {
    if (held.has(sequenceAfter(next, i + 1))) bitmap[i >> 3]! |= 1 << (i & 7);
  }
  return bitmap;
}

export const isHeld = (bitmap: Uint8Array, i: number): boolean =>
  ((bitmap[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;

const areLimits = ({ payloadBytes, windowFrames }: LinkLimits): boolean =>
  payloadBytes >= lowestPayloadBytes &&
  payloadBytes <= highestPayloadBytes &&
  windowFrames >= 1 &&
  windowFrames <= highestWindowFrames;
