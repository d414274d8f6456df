/**
 * Takes the bytes of the Bulk-OUT endpoint apart into what the host meant (USBTMC 1.0, 3.2). A transfer is a header, data
 * and alignment; it may come in any number of pieces, and a short packet must not end it early. Data are handed on as they
 * come, so a TransferSize of 4 GiB costs no memory.
 */

import {
  alignedSize,
  decodeBulkOutHeader,
  headerBytes,
  type RequestDeviceMessageIn,
} from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";

export type BulkOutEvent =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** The data before were the last of a message. */
  | { readonly kind: "end-of-message" }
  | RequestDeviceMessageIn;

type State =
  | { readonly kind: "header"; readonly got: number }
  | { readonly kind: "data"; readonly left: number; readonly padding: number; readonly endOfMessage: boolean }
  | { readonly kind: "padding"; readonly left: number };

const betweenTransfers: State = { kind: "header", got: 0 };

export class BulkOutStream {
  readonly #header = new Uint8Array(headerBytes);
  #state: State = betweenTransfers;
  #tag = 0;
  #receivedBytes = 0;

  get isBetweenTransfers(): boolean {
    return this.#state.kind === "header" && this.#state.got === 0;
  }

  /** The tag of the transfer of which a part has come, if any. */
  get transferTag(): number | undefined {
    return this.#state.kind === "header" ? undefined : this.#tag;
  }

  /** Bytes of the latest transfer's data that have come. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Forgets an unfinished transfer. */
  reset(): void {
    this.#state = betweenTransfers;
  }

  /**
   * @param short a packet shorter than the largest one ended these bytes, which ends the transfer (USB 2.0, 5.8.3).
   * @throws UsbtmcFault; then nothing of these bytes is of use and the endpoint must halt (USBTMC, 3.2.2).
   */
  push(bytes: Uint8Array, short: boolean): BulkOutEvent[] {
    const events: BulkOutEvent[] = [];
    for (let at = 0; at < bytes.length; ) at += this.#take(bytes.subarray(at), events);
    if (short && !this.isBetweenTransfers) {
      throw new UsbtmcFault("a short packet ended a transfer before its TransferSize");
    }
    return events;
  }

  /** Returns how many of the bytes it took: at least one. */
  #take(bytes: Uint8Array, events: BulkOutEvent[]): number {
    const state = this.#state;
    switch (state.kind) {
      case "header":
        return this.#takeHeader(bytes, state.got, events);
      case "data": {
        const data = bytes.subarray(0, state.left);
        events.push({ kind: "data", bytes: data });
        this.#receivedBytes += data.length;
        this.#state = { ...state, left: state.left - data.length };
        if (data.length === state.left) this.#endData(state.padding, state.endOfMessage, events);
        return data.length;
      }
      case "padding": {
        const taken = Math.min(bytes.length, state.left);
        this.#state = taken === state.left ? betweenTransfers : { kind: "padding", left: state.left - taken };
        return taken;
      }
      default:
        return state satisfies never;
    }
  }

  #takeHeader(bytes: Uint8Array, got: number, events: BulkOutEvent[]): number {
    const piece = bytes.subarray(0, headerBytes - got);
    this.#header.set(piece, got);
    this.#state = { kind: "header", got: got + piece.length };
    if (got + piece.length === headerBytes) this.#begin(events);
    return piece.length;
  }

  #begin(events: BulkOutEvent[]): void {
    const header = decodeBulkOutHeader(this.#header);
    // GET_CAPABILITIES says that TRIGGER is not taken.
    if (header.kind === "trigger") throw new UsbtmcFault("TRIGGER is not supported");
    if (header.size === 0) throw new UsbtmcFault("TransferSize is 0");
    this.#tag = header.tag;
    this.#state = betweenTransfers;
    if (header.kind === "request") {
      events.push(header);
      return;
    }
    this.#receivedBytes = 0;
    const padding = alignedSize(header.size) - header.size;
    this.#state = { kind: "data", left: header.size, padding, endOfMessage: header.endOfMessage };
  }

  #endData(padding: number, endOfMessage: boolean, events: BulkOutEvent[]): void {
    if (endOfMessage) events.push({ kind: "end-of-message" });
    this.#state = padding === 0 ? betweenTransfers : { kind: "padding", left: padding };
  }
}
