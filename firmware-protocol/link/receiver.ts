/**
 * The receiving half of an open session: puts frames in order, holds what comes behind a gap, and never more than the window that it
 * has announced. Frames that were handed up but not yet taken count against the window, so a slow reader slows the sender.
 */

import type { Frame } from "../frame/frame.ts";
import { sequenceAfter, sequenceDistance } from "./sequence.ts";
import { encodeHeld, type Terms } from "./terms.ts";
import { acknowledgedShare, acknowledgeSeconds } from "./timing.ts";

export interface Receiver {
  /** The sequence number that is waited for. */
  readonly next: number;
  /** Behind a gap, by sequence number. */
  readonly held: ReadonlyMap<number, Uint8Array>;
  /** Handed up and not yet taken, frames. */
  readonly untaken: number;
  /** True when the sender should hear at once what has arrived. */
  readonly owesAcknowledgement: boolean;
  /** Frames in order since the last acknowledgement, and when they are acknowledged at the latest. */
  readonly unacknowledged: number;
  readonly acknowledgeSeconds: number | undefined;
}

export const newReceiver: Receiver = {
  next: 0,
  held: new Map(),
  untaken: 0,
  owesAcknowledgement: false,
  unacknowledged: 0,
  acknowledgeSeconds: undefined,
};

/** What has arrived was acknowledged. */
export const settled = (receiver: Receiver): Receiver => ({
  ...receiver,
  owesAcknowledgement: false,
  unacknowledged: 0,
  acknowledgeSeconds: undefined,
});

/** Frames that there is room for. */
export const openWindow = (receiver: Receiver, terms: Terms): number => terms.windowFrames - receiver.untaken;

export const heldBitmap = (receiver: Receiver, terms: Terms): Uint8Array =>
  encodeHeld(receiver.next, new Set(receiver.held.keys()), terms.windowFrames);

export interface Received {
  readonly receiver: Receiver;
  readonly found: "inOrder" | "outOfOrder" | "duplicates" | "beyondWindow";
  /** Payloads that are now in order. */
  readonly delivered: readonly Uint8Array[];
}

/**
 * Takes a data frame. Everything unusual is acknowledged at once; frames in order after a quarter of the window or a hundredth of a
 * second (RFC 1122, 4.2.3.2 allows every second frame and half a second), which leaves the line and both processors to the data.
 */
export function received(receiver: Receiver, frame: Frame, terms: Terms, now: number): Received {
  const distance = sequenceDistance(frame.sequence, receiver.next);
  const owing = { ...receiver, owesAcknowledgement: true };
  if (distance < 0 || receiver.held.has(frame.sequence)) return unchanged(owing, "duplicates");
  if (distance >= openWindow(receiver, terms)) return unchanged(owing, "beyondWindow");
  if (distance === 0) return inOrder(counted(receiver, terms, now), frame.payload);
  const held = new Map(receiver.held).set(frame.sequence, frame.payload);
  return { receiver: { ...owing, held }, found: "outOfOrder", delivered: [] };
}

/** The layer above has taken so many frames; it tells the sender when the window was less than half open before. */
export function consumed(receiver: Receiver, frames: number, terms: Terms): Receiver {
  const untaken = receiver.untaken - frames;
  const news = openWindow(receiver, terms) * 2 < terms.windowFrames;
  return { ...receiver, untaken, owesAcknowledgement: receiver.owesAcknowledgement || news };
}

function counted(receiver: Receiver, terms: Terms, now: number): Receiver {
  const unacknowledged = receiver.unacknowledged + 1;
  const enough = unacknowledged * acknowledgedShare >= terms.windowFrames || receiver.held.size > 0;
  return {
    ...receiver,
    unacknowledged,
    owesAcknowledgement: receiver.owesAcknowledgement || enough,
    acknowledgeSeconds: receiver.acknowledgeSeconds ?? now + acknowledgeSeconds,
  };
}

function inOrder(receiver: Receiver, payload: Uint8Array): Received {
  if (receiver.held.size === 0) {
    const next = sequenceAfter(receiver.next);
    const after = { ...receiver, next, untaken: receiver.untaken + 1 };
    return { receiver: after, found: "inOrder", delivered: [payload] };
  }
  const delivered = [payload];
  const held = new Map(receiver.held);
  let next = sequenceAfter(receiver.next);
  for (let waiting = held.get(next); waiting !== undefined; waiting = held.get(next)) {
    delivered.push(waiting);
    held.delete(next);
    next = sequenceAfter(next);
  }
  const untaken = receiver.untaken + delivered.length;
  return { receiver: { ...receiver, next, held, untaken }, found: "inOrder", delivered };
}

const unchanged = (receiver: Receiver, found: Received["found"]): Received => ({
  receiver,
  found,
  delivered: [],
});
