/**
 * Puts one Bulk-IN transfer together from the pieces that a USB library reads (USBTMC 1.0, 3.3). Pure: says how many bytes
 * to ask for next, and takes what came.
 *
 * The first piece is a single packet: a read of one packet that is given up after a while has lost nothing, whereas a
 * longer one might have begun. Only a short packet ends a transfer; one whose data fill their last packet is followed by a
 * packet of no bytes, which many firmwares forget, so its absence is borne (`canEnd`).
 */

import { decodeBulkInHeader } from "../../firmware-protocol/usbtmc/bulk-in.ts";
import { headerBytes } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";

export interface InTransfer {
  readonly tag: number;
  /** The most data bytes that were asked for. */
  readonly maxSize: number;
  readonly packetBytes: number;
  /** Bytes that came, the header among them. */
  readonly gotBytes: number;
  /** Bytes of header and data together; 0 before the header has come. */
  readonly wholeBytes: number;
  readonly endOfMessage: boolean;
}

export const beginInTransfer = (tag: number, maxSize: number, packetBytes: number): InTransfer => ({
  tag,
  maxSize,
  packetBytes,
  gotBytes: 0,
  wholeBytes: 0,
  endOfMessage: false,
});

/** All data have come; nothing but the end of the transfer can follow. */
export const canEnd = ({ gotBytes, wholeBytes }: InTransfer): boolean =>
  gotBytes > 0 && gotBytes >= wholeBytes;

/** How many bytes to read next: whole packets. */
export function nextLength({ gotBytes, wholeBytes, packetBytes }: InTransfer): number {
  return Math.max(1, Math.ceil((wholeBytes - gotBytes) / packetBytes)) * packetBytes;
}

export interface Accepted {
  readonly transfer: InTransfer;
  /** Data bytes of the piece. */
  readonly data: Uint8Array;
  readonly ended: boolean;
}

/** @param piece what came when `nextLength` bytes were asked for. @throws UsbtmcFault. */
export function acceptPiece(before: InTransfer, piece: Uint8Array): Accepted {
  const begun = before.gotBytes === 0 ? withHeader(before, piece) : before;
  const transfer = { ...begun, gotBytes: before.gotBytes + piece.length };
  const ended = piece.length < nextLength(before);
  const surplus = transfer.gotBytes - transfer.wholeBytes;
  if (ended && surplus < 0) {
    throw new UsbtmcFault(`a transfer ended ${-surplus} bytes before its TransferSize`);
  }
  if (surplus > maxAlignment)
    throw new UsbtmcFault(`a transfer went on ${surplus} bytes beyond its TransferSize`);
  const start = before.gotBytes === 0 ? headerBytes : 0;
  return {
    transfer,
    data: piece.subarray(start, piece.length - Math.max(0, Math.min(surplus, piece.length))),
    ended,
  };
}

const maxAlignment = 3;

function withHeader(before: InTransfer, piece: Uint8Array): InTransfer {
  const { tag, size, endOfMessage } = decodeBulkInHeader(piece.subarray(0, headerBytes));
  if (tag !== before.tag) throw new UsbtmcFault(`bTag ${tag} answers request ${before.tag}`);
  if (size > before.maxSize) throw new UsbtmcFault(`TransferSize ${size}, asked were ${before.maxSize}`);
  if (size === 0 && !endOfMessage) throw new UsbtmcFault("TransferSize is 0 inside a message");
  return { ...before, wholeBytes: headerBytes + size, endOfMessage };
}
