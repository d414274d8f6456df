/**
 * The emulated board as a USB device: control endpoint 0 and the two bulk endpoints. Takes transfers of a host (URBs) and
 * says which have ended; those that a real device would answer with NAK stay with it until it has something, or until they
 * are unlinked. No sockets, no time.
 */

import {
  type ClassRequest,
  classRequestOf,
  classRequests,
  type Setup,
  tmcStatus,
} from "../../firmware-protocol/usbtmc/class-request.ts";
import { interfaceNumber } from "./descriptors.ts";
import { bulkInEndpoint, bulkOutEndpoint, type DeviceStrings, packetBytes } from "./identity.ts";
import { answerStandard } from "./standard-request.ts";
import { type Board, TmcFunction } from "./tmc-function.ts";

/** A transfer of the host. */
interface Urb {
  /** Unique among the transfers that the device has. */
  readonly id: number;
  /** With the direction bit 0x80; 0 for control transfers of both directions. */
  readonly endpoint: number;
  /** Of a control transfer. */
  readonly setup?: Setup;
  /** What the host sends. */
  readonly data: Uint8Array;
  /** How many bytes the host takes. */
  readonly length: number;
  /** A packet of no bytes follows data that fill their last packet. */
  readonly zeroPacket?: boolean;
}

type UrbStatus = "ok" | "stall" | "overflow";

export interface Completion {
  readonly id: number;
  readonly status: UrbStatus;
  /** What the device sent. */
  readonly data: Uint8Array;
  /** Bytes that were sent or taken. */
  readonly transferredBytes: number;
}

export class EmulatedUsbDevice {
  readonly #strings: DeviceStrings;
  readonly #function: TmcFunction;
  readonly #halted = new Map([
    [bulkOutEndpoint, false],
    [bulkInEndpoint, false],
  ]);
  #configuration = 0;
  #waiting: Urb[] = [];

  /** @param room responses that may wait for the host before the board takes no more messages. */
  constructor(board: Board, strings: DeviceStrings, room?: number) {
    this.#strings = strings;
    this.#function = new TmcFunction(board, room);
  }

  /** Transfers that were neither completed nor unlinked. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** What the host sent in them. */
  get waitingBytes(): number {
    return this.#waiting.reduce((sum, { data }) => sum + data.length, 0);
  }

  /** Takes a transfer; gives those that end by it, in the order in which they came on each endpoint. */
  submit(urb: Urb): Completion[] {
    if (urb.endpoint === 0) return [this.#control(urb), ...this.#advance()];
    this.#waiting.push(urb);
    return this.#advance();
  }

  /** True when the device still had the transfer, which then never completes. */
  unlink(id: number): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((urb) => urb.id !== id);
    return this.#waiting.length < before;
  }

  /** The cable was pulled, or the port was reset (USB 2.0, 9.1.1.3). */
  unplug(): void {
    this.#waiting = [];
    this.#configure(0);
  }

  #control(urb: Urb): Completion {
    const answer = urb.setup === undefined ? undefined : this.#answer(urb.setup);
    if (urb.setup === undefined || answer === undefined) return ended(urb, "stall");
    const data = answer.subarray(0, Math.min(urb.setup.length, urb.length));
    return ended(urb, "ok", data, data.length);
  }

  /** Undefined stalls the request (USB 2.0, 8.5.3.4). */
  #answer(setup: Setup): Uint8Array | undefined {
    const standard = (setup.requestType & 0x60) === 0;
    if (standard) return answerStandard(setup, this.#target);
    const request = classRequestOf(setup);
    if (request === undefined || this.#configuration === 0 || !isAddressedRightly(request, setup))
      return undefined;
    const answer = this.#function.answer(request, setup);
    // The host clears the halt once the abort or the clear is complete (USBTMC, 4.2.1.2, 4.2.1.6).
    const halts = request === "initiateClear" || request === "initiateAbortBulkOut";
    if (halts && answer[0] === tmcStatus.success) this.#halted.set(bulkOutEndpoint, true);
    return answer;
  }

  get #target() {
    return {
      strings: this.#strings,
      configuration: this.#configuration,
      configure: (value: number) => this.#configure(value),
      isHalted: (address: number) => this.#halted.get(address),
      setHalt: (address: number, halted: boolean) => void this.#halted.set(address, halted),
    };
  }

  #configure(value: number): void {
    this.#configuration = value;
    this.#function.reset();
    for (const address of this.#halted.keys()) this.#halted.set(address, false);
  }

  /** Serves what waits, OUT before IN, until nothing more can be done. */
  #advance(): Completion[] {
    const completions: Completion[] = [];
    for (let next = this.#nextEnded(); next !== undefined; next = this.#nextEnded()) {
      this.unlink(next.id);
      completions.push(next);
    }
    return completions;
  }

  #nextEnded(): Completion | undefined {
    const first = (address: number): Urb | undefined =>
      this.#waiting.find(({ endpoint }) => endpoint === address);
    const stray = this.#waiting.find(({ endpoint }) => !this.#halted.has(endpoint));
    if (stray !== undefined) return ended(stray, "stall");
    const out = first(bulkOutEndpoint);
    const into = first(bulkInEndpoint);
    return (out && this.#bulkOut(out)) ?? (into && this.#bulkIn(into));
  }

  /** Undefined while the device answers NAK. */
  #bulkOut(urb: Urb): Completion | undefined {
    if (this.#isStalled(bulkOutEndpoint)) return ended(urb, "stall");
    if (!this.#function.hasRoomFor(urb.data)) return undefined;
    const short = urb.data.length % packetBytes !== 0 || urb.data.length === 0 || urb.zeroPacket === true;
    const halts = this.#function.receive(urb.data, short);
    if (halts !== undefined) this.#halted.set(halts === "out" ? bulkOutEndpoint : bulkInEndpoint, true);
    if (halts === "out") return ended(urb, "stall");
    return ended(urb, "ok", nothing, urb.data.length);
  }

  #bulkIn(urb: Urb): Completion | undefined {
    if (this.#isStalled(bulkInEndpoint)) return ended(urb, "stall");
    const taken = this.#function.input.take(urb.length);
    if (taken === undefined) return undefined;
    if (taken.kind === "overflow") return ended(urb, "overflow");
    return ended(urb, "ok", taken.bytes, taken.bytes.length);
  }

  #isStalled(address: number): boolean {
    return this.#configuration === 0 || this.#halted.get(address) === true;
  }
}

/** wIndex names the interface, or the endpoint that the request is about. */
function isAddressedRightly(request: ClassRequest, setup: Setup): boolean {
  if (classRequests[request].recipient === "interface") return setup.index === interfaceNumber;
  const out = request === "initiateAbortBulkOut" || request === "checkAbortBulkOutStatus";
  return setup.index === (out ? bulkOutEndpoint : bulkInEndpoint);
}

const nothing = new Uint8Array(0);

function ended({ id }: Urb, status: UrbStatus, data: Uint8Array = nothing, transferredBytes = 0): Completion {
  return { id, status, data, transferredBytes };
}
