/** What a case is: a board with one fault on its line with the link, and the rules that it breaks. */

import {
  decodeFrame,
  delimiter,
  encodeFrame,
  type Frame,
  type FrameFault,
} from "../../../../firmware-protocol/frame/frame.ts";
import type { HostedLine } from "../../../../mocks/host/line-server.ts";
import type { RunOptions } from "../../../../src/conformance/run.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../../../src/core/bytes.ts";
import type { Timer } from "../../../../src/core/clock.ts";
import type { LinkedBoard, LinkFault, Wires } from "../../linked-boards.ts";

export interface LinkBroken extends LinkedBoard {
  readonly name: string;
  /** The rules that must fail, and no others. */
  readonly fails: readonly string[];
  readonly options?: Partial<RunOptions>;
}

/** What stands between delimiters: its bytes, and the frame that they are. */
export type Change = (piece: Uint8Array, frame: Frame | FrameFault) => readonly Uint8Array[];

/** Changes what stands between the delimiters of a chunk; where a chunk is one piece, that is plain text. The kit and the link write whole frames. */
export function changed(chunk: Uint8Array, change: Change): Uint8Array {
  const zero = Uint8Array.of(delimiter);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
    pieces.push(chunk.subarray(start, end));
    start = end + 1;
  }
  pieces.push(chunk.subarray(start));
  const parts = pieces.flatMap((piece, n) => {
    const kept = piece.length === 0 ? [piece] : change(piece, decodeFrame(piece));
    const joined = kept.flatMap((part, m) => (m === 0 ? [part] : [zero, zero, part]));
    return n === 0 ? joined : [zero, ...joined];
  });
  return concatBytes(parts);
}

export const inside = (frame: Frame): Uint8Array => encodeFrame(frame).slice(1, -1);

type FrameChange = (frame: Frame, wires: Wires) => readonly Frame[];

const ofFrames =
  (change: FrameChange, wires: Wires): Change =>
  (piece, frame) =>
    typeof frame === "string" ? [piece] : change(frame, wires).map(inside);

/** Changes the frames that the board hears. What `change` remembers begins anew with each line. */
export const hears =
  (begin: () => FrameChange): LinkFault =>
  (wires) => {
    const change = ofFrames(begin(), wires);
    return { toBoard: (bytes) => wires.toBoard(changed(bytes, change)) };
  };

/** Changes the frames that it says. */
export const says =
  (begin: () => FrameChange): LinkFault =>
  (wires) => {
    const change = ofFrames(begin(), wires);
    return { toHost: (bytes) => wires.toHost(changed(bytes, change)) };
  };

/** Changes what it hears, frames or not. */
export const hearsBytes =
  (begin: () => Change): LinkFault =>
  (wires) => {
    const change = begin();
    return { toBoard: (bytes) => wires.toBoard(changed(bytes, change)) };
  };

/** Changes whole chunks as text; undefined drops one. */
export const hearsText =
  (begin: () => (text: string) => string | undefined): LinkFault =>
  (wires) => {
    const change = begin();
    return {
      toBoard(bytes) {
        const text = change(textOfBytes(bytes));
        if (text !== undefined) wires.toBoard(bytesOf(text));
      },
    };
  };

/** Changes the lines that the link finds behind it: number 0 for plain lines, then one for each session. */
export const behind =
  (
    change: (line: HostedLine, number: number, timer: Timer) => HostedLine,
  ): NonNullable<LinkedBoard["hosted"]> =>
  (firmware, timer) => {
    let lines = 0;
    return { openLine: (push, link) => change(firmware.openLine(push, link), lines++, timer) };
  };

/** The same line with another way to receive. */
export const receiving = (line: HostedLine, receive: HostedLine["receive"]): HostedLine => ({
  receive,
  get midMessage() {
    return line.midMessage;
  },
  silence: () => line.silence(),
});

export const isConfirming = ({ kind }: Frame): boolean =>
  kind === "data" || kind === "ack" || kind === "ping";
export const textIn = ({ payload }: Frame): string => textOfBytes(payload);
export const control = (kind: Frame["kind"], session: number, ...payload: number[]): Frame => ({
  kind,
  session,
  sequence: 0,
  acknowledgement: 0,
  window: 0,
  payload: Uint8Array.from(payload),
});
