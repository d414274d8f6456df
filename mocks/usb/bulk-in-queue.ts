/**
 * The Bulk-IN side of the emulated board (USBTMC 1.0, 3.3): responses wait until the host requests them; each request is
 * answered by one transfer of at most the requested size, and a short packet ends the transfer.
 */

import { encodeBulkInHeader } from "../../firmware-protocol/usbtmc/bulk-in.ts";
import {
  alignedSize,
  headerBytes,
  type RequestDeviceMessageIn,
} from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { tmcStatus } from "../../firmware-protocol/usbtmc/class-request.ts";

interface Transfer {
  readonly bytes: Uint8Array;
  readonly dataBytes: number;
  sent: number;
}

/** Bytes for the host; `overflow` when they did not fit into what it offered, and are lost. */
export type Taken = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "overflow" };

export class BulkInQueue {
  readonly #packetBytes: number;
  #responses: Uint8Array[] = [];
  #request: RequestDeviceMessageIn | undefined;
  #transfer: Transfer | undefined;
  #sentBytes = 0;

  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes;
  }

  get responses(): number {
    return this.#responses.length;
  }

  get responseBytes(): number {
    return this.#responses.reduce((sum, response) => sum + response.length, 0);
  }

  /** A transfer has been requested and has not ended. */
  get inProgress(): boolean {
    return this.#request !== undefined;
  }

  /** Data bytes that the latest transfer has sent. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  offer(response: Uint8Array): void {
    this.#responses.push(response);
    this.#begin();
  }

  /** False while another transfer is in progress: only one may be (USBTMC, 3.3). */
  request(request: RequestDeviceMessageIn): boolean {
    if (this.#request !== undefined) return false;
    this.#request = request;
    this.#sentBytes = 0;
    this.#begin();
    return true;
  }

  /** Up to `length` bytes for one IN transfer of the host; undefined when there is nothing to send. */
  take(length: number): Taken | undefined {
    const transfer = this.#transfer;
    if (transfer === undefined) return undefined;
    const left = transfer.bytes.length - transfer.sent;
    if (left > length && length % this.#packetBytes !== 0) {
      this.#end();
      return { kind: "overflow" };
    }
    const bytes = transfer.bytes.subarray(transfer.sent, transfer.sent + length);
    transfer.sent += bytes.length;
    this.#sentBytes = Math.max(0, Math.min(transfer.sent - headerBytes, transfer.dataBytes));
    const short = bytes.length < length || bytes.length % this.#packetBytes !== 0;
    if (short) this.#end();
    return { kind: "bytes", bytes };
  }

  /**
   * INITIATE_ABORT_BULK_IN (4.2.1.4): the transfer ends with a short packet; a response of which bytes were sent is dropped.
   * @returns the status to answer.
   */
  abort(tag: number): number {
    if (this.#request === undefined) return tmcStatus.failed;
    if (this.#request.tag !== tag) return tmcStatus.transferNotInProgress;
    if (this.#sentBytes > 0) this.#responses.shift();
    this.#transfer = { bytes: new Uint8Array(0), dataBytes: 0, sent: 0 };
    return tmcStatus.success;
  }

  get requestTag(): number {
    return this.#request?.tag ?? 0;
  }

  /** Forgets all responses and the request. */
  clear(): void {
    this.#responses = [];
    this.#request = undefined;
    this.#transfer = undefined;
  }

  #begin(): void {
    const response = this.#responses[0];
    const request = this.#request;
    if (response === undefined || request === undefined || this.#transfer !== undefined) return;
    const size = sizeOf(request, response);
    const bytes = new Uint8Array(headerBytes + alignedSize(size));
    const endOfMessage = size === response.length;
    const endsWithTerminator = request.terminator !== undefined && response[size - 1] === request.terminator;
    bytes.set(encodeBulkInHeader({ tag: request.tag, size, endOfMessage, endsWithTerminator }));
    bytes.set(response.subarray(0, size), headerBytes);
    this.#transfer = { bytes, dataBytes: size, sent: 0 };
  }

  #end(): void {
    const sent = this.#transfer?.dataBytes ?? 0;
    this.#transfer = undefined;
    this.#request = undefined;
    const response = this.#responses[0];
    if (response === undefined || sent === 0) return;
    if (sent === response.length) this.#responses.shift();
    else this.#responses[0] = response.subarray(sent);
  }
}

/** Bytes of the response that the request lets pass. */
function sizeOf({ size, terminator }: RequestDeviceMessageIn, response: Uint8Array): number {
  const end = terminator === undefined ? -1 : response.indexOf(terminator);
  return Math.min(size, end < 0 ? response.length : end + 1);
}
