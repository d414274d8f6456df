/**
 * The sending half of an open session: bytes wait in a bounded queue, become numbered frames, and stay until they are acknowledged.
 *
 * The theory is selective repeat. The receiver holds frames behind a gap and names them in a bitmap (RFC 2018), so only what was
 * lost goes again; with one bit in 100,000 wrong, 8 % of frames of 1 KiB are lost, and going back over a whole window for each
 * would halve the line. A frame is lost when three that were sent after it have arrived (RFC 5681 counts duplicate
 * acknowledgements, RFC 9002 numbers of sendings; this does the latter), or when the timer expires: then everything unacknowledged
 * is due again, but goes one by one as the line has room, and whatever is acknowledged meanwhile does not.
 *
 * Frames are as long as the line is good: each loss takes a quarter of the payload, each arrival of a full frame adds a 64th. That
 * begins short, since a frame keeps its length however often it is sent, and settles where one frame in twenty is lost, close to the length of the best throughput, which loses sqrt(overhead x error rate).
 */

import { backedOff, type RoundTrip, sampled, unmeasured } from "./round-trip.ts";
import { sequenceAfter, sequenceDistance } from "./sequence.ts";
import { isHeld, lowestPayloadBytes, type Terms } from "./terms.ts";
import { reorderThreshold } from "./timing.ts";

/** Gets through a line with one bit in 10,000 wrong twice out of three times. */
const firstPayloadBytes = 512;
/** Longer frames only where they take less time than this: on a UART they save nothing, and an error in one costs more. */
const slowPayloadBytes = 4096;
const frameSeconds = 0.01;

export interface InFlight {
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly status: "sent" | "lost" | "arrived";
  /** How often it was sent. */
  readonly sendings: number;
  readonly sentSeconds: number;
  /** The running number of its latest sending. */
  readonly sending: number;
}

export interface Sender {
  /** Not sent yet. */
  readonly queue: readonly Uint8Array[];
  readonly queuedBytes: number;
  /** In the order of their sequence numbers. */
  readonly inFlight: readonly InFlight[];
  readonly next: number;
  /** The first sequence number that the receiver has no room for. */
  readonly edge: number;
  readonly sendings: number;
  /** The greatest running number of a sending that surely arrived. */
  readonly arrivedSending: number;
  readonly roundTrip: RoundTrip;
  /** Expiries in a row without progress. */
  readonly timeouts: number;
  /** Largest payload for now. */
  readonly payloadBytes: number;
  /** When the timer expires; undefined when nothing is waited for. */
  readonly deadlineSeconds: number | undefined;
}

export const newSender = (terms: Terms): Sender => ({
  queue: [],
  queuedBytes: 0,
  inFlight: [],
  next: 0,
  edge: terms.windowFrames,
  sendings: 0,
  arrivedSending: -1,
  roundTrip: unmeasured,
  timeouts: 0,
  payloadBytes: Math.min(firstPayloadBytes, terms.payloadBytes),
  deadlineSeconds: undefined,
});

/** Bytes that may be queued: one window beside the one that is under way. */
export const sendRoom = (sender: Sender, terms: Terms): number =>
  terms.windowFrames * terms.payloadBytes - sender.queuedBytes;

export const queued = (sender: Sender, bytes: Uint8Array): Sender => ({
  ...sender,
  queue: appended(sender.queue, bytes),
  queuedBytes: sender.queuedBytes + bytes.length,
});

/** Parts of one message that lie one behind the other in memory become one again, so that frames are views of it and no copies. */
function appended(queue: readonly Uint8Array[], bytes: Uint8Array): readonly Uint8Array[] {
  const last = queue.at(-1);
  if (last?.buffer !== bytes.buffer || last.byteOffset + last.length !== bytes.byteOffset)
    return [...queue, bytes];
  return queue.with(-1, new Uint8Array(bytes.buffer, last.byteOffset, last.length + bytes.length));
}

/** True when data wait and the receiver has no room for them. */
export const isBlocked = (sender: Sender): boolean =>
  sender.queuedBytes > 0 && sequenceDistance(sender.edge, sender.next) <= 0;

export interface Due {
  readonly sender: Sender;
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly again: boolean;
}

/** The data frame that is to go next, if any: one that was lost, else a new one. */
export function takeDue(sender: Sender, terms: Terms, now: number): Due | undefined {
  const lost = sender.inFlight.findIndex(({ status }) => status === "lost");
  if (lost >= 0) return sendAgain(sender, lost, now);
  const full = sender.inFlight.length >= terms.windowFrames || isBlocked(sender);
  return sender.queuedBytes === 0 || full ? undefined : sendNew(sender, now);
}

export interface Acknowledged {
  readonly sender: Sender;
  readonly progress: boolean;
}

/**
 * Takes an acknowledgement with the window and the bitmap of what is held beyond it; undefined when it acknowledges what was not
 * sent. An acknowledgement that later ones have overtaken changes nothing.
 */
export function acknowledged(
  sender: Sender,
  ack: { readonly acknowledgement: number; readonly window: number; readonly held: Uint8Array },
  terms: Terms,
  now: number,
): Acknowledged | undefined {
  const first = sequenceAfter(sender.next, -sender.inFlight.length);
  const gone = sequenceDistance(ack.acknowledgement, first);
  if (gone > sender.inFlight.length) return undefined;
  if (gone < 0) return { sender, progress: false };
  const arrived = sender.inFlight.filter(
    (frame, i) => frame.status !== "arrived" && (i < gone || isHeld(ack.held, i - gone - 1)),
  );
  const arrivals = new Set(arrived.map(({ sequence }) => sequence));
  const edge = sequenceAfter(ack.acknowledgement, ack.window);
  const moved: Sender = {
    ...sender,
    inFlight: sender.inFlight
      .slice(gone)
      .map((frame) => (arrivals.has(frame.sequence) ? { ...frame, status: "arrived" } : frame)),
    edge: sequenceDistance(edge, sender.edge) > 0 ? edge : sender.edge,
  };
  if (arrived.length === 0) return { sender: withTimer(moved, now, false), progress: false };
  const learning = longer(learnt(moved, arrived, now), arrived, terms);
  return { sender: withTimer(withLosses(learning), now, true), progress: true };
}

/** The timer expired: everything that is not acknowledged is due again. */
export function expired(sender: Sender, now: number): Sender {
  const roundTrip = backedOff(sender.roundTrip);
  const due: Sender = {
    ...sender,
    roundTrip,
    inFlight: sender.inFlight.map((frame) =>
      frame.status === "sent" ? { ...frame, status: "lost" } : frame,
    ),
    deadlineSeconds: now + roundTrip.timeoutSeconds,
  };
  return sender.inFlight.length > 0 ? shorter({ ...due, timeouts: sender.timeouts + 1 }, 1) : due;
}

function sendAgain(sender: Sender, index: number, now: number): Due {
  const frame = sender.inFlight[index]!;
  const sent: InFlight = {
    ...frame,
    status: "sent",
    sendings: frame.sendings + 1,
    sentSeconds: now,
    sending: sender.sendings,
  };
  const inFlight = sender.inFlight.with(index, sent);
  return {
    sender: started({ ...sender, inFlight, sendings: sender.sendings + 1 }, now),
    sequence: frame.sequence,
    payload: frame.payload,
    again: true,
  };
}

function sendNew(sender: Sender, now: number): Due {
  const { payload, queue } = taken(sender, Math.floor(sender.payloadBytes));
  const frame: InFlight = {
    sequence: sender.next,
    payload,
    status: "sent",
    sendings: 1,
    sentSeconds: now,
    sending: sender.sendings,
  };
  const after: Sender = {
    ...sender,
    queue,
    queuedBytes: sender.queuedBytes - payload.length,
    inFlight: [...sender.inFlight, frame],
    next: sequenceAfter(sender.next),
    sendings: sender.sendings + 1,
  };
  return { sender: started(after, now), sequence: frame.sequence, payload, again: false };
}

/** Takes at most so many bytes from the front of the queue: a part of a long message, or small messages together. */
function taken(sender: Sender, most: number): { payload: Uint8Array; queue: readonly Uint8Array[] } {
  const [first, ...others] = sender.queue;
  if (first !== undefined && first.length > most)
    return { payload: first.subarray(0, most), queue: [first.subarray(most), ...others] };
  if (first?.length === most) return { payload: first, queue: others };
  const payload = new Uint8Array(Math.min(most, sender.queuedBytes));
  let length = 0;
  let whole = 0;
  for (const bytes of sender.queue) {
    const part = bytes.subarray(0, payload.length - length);
    payload.set(part, length);
    length += part.length;
    if (part.length < bytes.length) {
      return { payload, queue: [bytes.subarray(part.length), ...sender.queue.slice(whole + 1)] };
    }
    whole++;
  }
  return { payload, queue: [] };
}

const started = (sender: Sender, now: number): Sender => ({
  ...sender,
  deadlineSeconds: sender.deadlineSeconds ?? now + sender.roundTrip.timeoutSeconds,
});

/** A sample from the latest frame that was sent once, which also ends all doubling. */
function learnt(sender: Sender, arrived: readonly InFlight[], now: number): Sender {
  const sure = arrived.filter(({ sendings }) => sendings === 1).at(-1);
  if (sure === undefined) return { ...sender, timeouts: 0 };
  return {
    ...sender,
    timeouts: 0,
    roundTrip: sampled(sender.roundTrip, now - sure.sentSeconds),
    arrivedSending: Math.max(sender.arrivedSending, sure.sending),
  };
}

function withLosses(sender: Sender): Sender {
  const isLost = ({ status, sending }: InFlight): boolean =>
    status === "sent" && sending + reorderThreshold <= sender.arrivedSending;
  const losses = sender.inFlight.filter(isLost).length;
  if (losses === 0) return sender;
  const inFlight = sender.inFlight.map(
    (frame): InFlight => (isLost(frame) ? { ...frame, status: "lost" } : frame),
  );
  return shorter({ ...sender, inFlight }, losses);
}

const shorter = (sender: Sender, losses: number): Sender => ({
  ...sender,
  payloadBytes: Math.max(sender.payloadBytes * 0.75 ** losses, lowestPayloadBytes),
});

function longer(sender: Sender, arrived: readonly InFlight[], terms: Terms): Sender {
  const full = arrived.filter(({ payload }) => payload.length >= Math.floor(sender.payloadBytes)).length;
  const grown = Math.min(sender.payloadBytes * (1 + full / 64), terms.payloadBytes);
  if (grown <= slowPayloadBytes || bytesPerSecond(sender, arrived) * frameSeconds > grown)
    return { ...sender, payloadBytes: Math.max(sender.payloadBytes, grown) };
  return { ...sender, payloadBytes: Math.max(sender.payloadBytes, Math.min(grown, slowPayloadBytes)) };
}

/** What goes through the line: all that was under way, within its round trip. */
function bytesPerSecond({ inFlight, roundTrip }: Sender, arrived: readonly InFlight[]): number {
  const bytes = [...arrived, ...inFlight].reduce((sum, { payload }) => sum + payload.length, 0);
  return bytes / (roundTrip.smoothedSeconds ?? Number.POSITIVE_INFINITY);
}

/** The timer runs while something is under way, or while the receiver has no room; progress starts it anew. */
function withTimer(sender: Sender, now: number, restart: boolean): Sender {
  if (sender.inFlight.length === 0 && !isBlocked(sender)) return { ...sender, deadlineSeconds: undefined };
  const deadline = now + sender.roundTrip.timeoutSeconds;
  return { ...sender, deadlineSeconds: restart ? deadline : (sender.deadlineSeconds ?? deadline) };
}
