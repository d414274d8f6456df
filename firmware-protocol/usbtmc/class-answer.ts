/** Answers to the class requests: bytes to values and back, each of exactly the length that its table gives. */

import { type ClassRequest, classRequests, tmcStatus } from "./class-request.ts";
import { expectLength, UsbtmcFault } from "./fault.ts";

/** INITIATE_ABORT_BULK_OUT, _IN (4.2.1.2, 4.2.1.4): `tag` is that of the transfer in progress. */
export interface AbortAnswer {
  readonly status: number;
  readonly tag: number;
}

export const encodeAbort = ({ status, tag }: AbortAnswer): Uint8Array => Uint8Array.of(status, tag);

/** @throws UsbtmcFault. */
export function decodeAbort(bytes: Uint8Array): AbortAnswer {
  expectLength(bytes, classRequests.initiateAbortBulkIn.answerBytes, "the answer to an abort");
  return { status: knownStatus(bytes[0]), tag: bytes[1] ?? 0 };
}

/** CHECK_ABORT_BULK_OUT_STATUS, _IN_STATUS (4.2.1.3, 4.2.1.5). */
export interface AbortStatus {
  readonly status: number;
  /** bmAbortBulkIn.D0: the device has bytes in the endpoint that the host must read away. Always false for Bulk-OUT. */
  readonly mustRead: boolean;
  /** NBYTES_RXD or NBYTES_TXD: bytes of the message that were taken or sent. */
  readonly transferredBytes: number;
}

export function encodeAbortStatus({ status, mustRead, transferredBytes }: AbortStatus): Uint8Array {
  const bytes = new Uint8Array(classRequests.checkAbortBulkInStatus.answerBytes);
  bytes.set([status, mustRead ? 1 : 0]);
  new DataView(bytes.buffer).setUint32(4, transferredBytes, true);
  return bytes;
}

/** @throws UsbtmcFault. */
export function decodeAbortStatus(bytes: Uint8Array): AbortStatus {
  expectLength(bytes, classRequests.checkAbortBulkInStatus.answerBytes, "the status of an abort");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    status: knownStatus(bytes[0]),
    mustRead: (view.getUint8(1) & 1) !== 0,
    transferredBytes: view.getUint32(4, true),
  };
}

/** INITIATE_CLEAR (4.2.1.6). */
export const encodeClear = (status: number): Uint8Array => Uint8Array.of(status);

/** @throws UsbtmcFault. */
export function decodeClear(bytes: Uint8Array): number {
  expectLength(bytes, classRequests.initiateClear.answerBytes, "the answer to a clear");
  return knownStatus(bytes[0]);
}

/** CHECK_CLEAR_STATUS (4.2.1.7); `mustRead` is bmClear.D0. */
export interface ClearStatus {
  readonly status: number;
  readonly mustRead: boolean;
}

export const encodeClearStatus = ({ status, mustRead }: ClearStatus): Uint8Array =>
  Uint8Array.of(status, mustRead ? 1 : 0);

/** @throws UsbtmcFault. */
export function decodeClearStatus(bytes: Uint8Array): ClearStatus {
  expectLength(bytes, classRequests.checkClearStatus.answerBytes, "the status of a clear");
  return { status: knownStatus(bytes[0]), mustRead: ((bytes[1] ?? 0) & 1) !== 0 };
}

/** READ_STATUS_BYTE (USB488, 4.3.1): `statusByte` is 0 where an interrupt endpoint carries it instead. */
export interface StatusByteAnswer {
  readonly status: number;
  readonly tag: number;
  readonly statusByte: number;
}

export const encodeStatusByte = ({ status, tag, statusByte }: StatusByteAnswer): Uint8Array =>
  Uint8Array.of(status, tag, statusByte);

/** @throws UsbtmcFault. */
export function decodeStatusByte(bytes: Uint8Array): StatusByteAnswer {
  expectLength(bytes, classRequests.readStatusByte.answerBytes, "the answer to READ_STATUS_BYTE");
  return { status: knownStatus(bytes[0]), tag: bytes[1] ?? 0, statusByte: bytes[2] ?? 0 };
}

/** The notification on the interrupt endpoint that carries the status byte (USB488, 3.4.2): bNotify1 is 0x80 and the tag. */
export function decodeStatusNotification(bytes: Uint8Array): { tag: number; statusByte: number } {
  expectLength(bytes, 2, "a notification");
  return { tag: (bytes[0] ?? 0) & 0x7f, statusByte: bytes[1] ?? 0 };
}

/** @throws UsbtmcFault unless the request succeeded. */
export function expectSuccess(request: ClassRequest, status: number): void {
  if (status !== tmcStatus.success) throw new UsbtmcFault(`${request} ended with status ${status}`);
}

const known: readonly number[] = Object.values(tmcStatus);

function knownStatus(byte = 0): number {
  if (!known.includes(byte)) throw new UsbtmcFault(`USBTMC_status ${byte} is none that is known`);
  return byte;
}
