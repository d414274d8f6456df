/**
 * A USB bus in memory with emulated boards on it, behind the same interface as the `usb` package: the real USBTMC bytes of
 * the emulated device, one transfer at a time on an endpoint, timeouts by a virtual timer, errors in the package's words.
 */

import type { InResult, OutResult, UsbBackend, UsbDevice } from "../../drivers/usb/usb-device.ts";
import type { Setup } from "../../firmware-protocol/usbtmc/class-request.ts";
import { interfaceClass } from "../../mocks/usb/descriptors.ts";
import { type Completion, EmulatedUsbDevice } from "../../mocks/usb/device.ts";
import {
  bulkInEndpoint,
  bulkOutEndpoint,
  packetBytes,
  productId,
  vendorId,
} from "../../mocks/usb/identity.ts";
import type { Board } from "../../mocks/usb/tmc-function.ts";
import type { Timer } from "../../src/core/clock.ts";

export interface MemoryUsbOptions {
  readonly serialNumber?: string;
  /** What has the interface at first, as Linux names it: "usbtmc" the kernel, "usbfs" another program. */
  readonly holder?: string;
  /** Responses that the board has memory for; while so many wait, it takes no message. */
  readonly room?: number;
  /** The system refuses to open the device. */
  readonly forbidden?: boolean;
  /** What the library returns of Bulk-OUT transfers, in place of what the board did. */
  readonly sent?: (bytes: number) => OutResult;
  /** Changes what the host receives on the Bulk-IN endpoint; undefined answers NAK instead. */
  readonly garble?: (bytes: Uint8Array) => Uint8Array | undefined;
}

interface Pending {
  readonly endpoint: number;
  readonly resolve: (completion: Completion) => void;
  readonly reject: (cause: Error) => void;
}

export class MemoryUsb implements UsbDevice {
  readonly vendorId = vendorId;
  readonly productId = productId;
  readonly serialNumber: string;
  /** The size of every Bulk-OUT transfer and the name of every class request, in order. */
  readonly traffic: string[] = [];
  holder: string | undefined;
  opened = false;
  readonly #device: EmulatedUsbDevice;
  readonly #timer: Timer;
  readonly #options: MemoryUsbOptions;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #plugged = true;

  constructor(board: Board, timer: Timer, options: MemoryUsbOptions = {}) {
    this.serialNumber = options.serialNumber ?? "BOARD-1";
    this.holder = options.holder;
    this.#options = options;
    this.#timer = timer;
    const strings = { manufacturer: "pcmlab", product: "TINY", serialNumber: this.serialNumber };
    this.#device = new EmulatedUsbDevice(board, strings, options.room);
    this.#device.submit(control(0, { requestType: 0, request: 9, value: 1, index: 0, length: 0 }));
  }

  /** Pulls the cable. */
  unplug(): void {
    this.#plugged = false;
    for (const [id, { reject }] of [...this.#pending]) {
      this.#pending.delete(id);
      reject(new Error("transferIn error: Disconnected"));
    }
  }

  readonly configuration = {
    configurationValue: 1,
    interfaces: [
      {
        interfaceNumber: 0,
        alternate: {
          interfaceClass: interfaceClass.code,
          interfaceSubclass: interfaceClass.subclass,
          interfaceProtocol: interfaceClass.protocol,
          endpoints: [
            { endpointNumber: bulkOutEndpoint, direction: "out", type: "bulk", packetSize: packetBytes },
            { endpointNumber: bulkInEndpoint & 0x7f, direction: "in", type: "bulk", packetSize: packetBytes },
          ],
        },
      },
    ],
  } as const;

  async open(): Promise<void> {
    if (this.#options.forbidden) throw new Error("open error: failed to open device (errno 13)");
    this.opened = true;
  }

  async close(): Promise<void> {
    this.opened = false;
  }

  async claimInterface(): Promise<void> {
    if (this.holder !== undefined) throw new Error("claimInterface error: interface is busy (errno 16)");
    this.holder = "us";
  }

  async releaseInterface(): Promise<void> {
    this.holder = undefined;
  }

  async detachKernelDriver(): Promise<void> {
    this.traffic.push(`detach ${this.holder}`);
    this.holder = undefined;
  }

  async attachKernelDriver(): Promise<void> {
    this.holder = "usbtmc";
  }

  async controlTransferIn(
    setup: { recipient: string } & Omit<Setup, "requestType" | "length">,
    length: number,
  ): Promise<InResult> {
    this.#expectPlugged("controlTransferIn");
    const requestType = setup.recipient === "interface" ? 0xa1 : 0xa2;
    this.traffic.push(`request ${setup.request}`);
    const { value, index, request } = setup;
    const completion = await this.#submit(
      control(this.#next, { requestType, request, value, index, length }),
    );
    if (completion.status !== "ok") throw new Error("controlTransferIn error: endpoint stalled");
    return { status: "ok", data: new DataView(new Uint8Array(completion.data).buffer) };
  }

  async transferIn(endpoint: number, length: number, milliseconds: number): Promise<InResult> {
    this.#expectPlugged("transferIn");
    const completion = await this.#submit({ endpoint: endpoint | 0x80, data: nothing, length }, milliseconds);
    if (completion.status !== "ok") throw new Error(`transferIn error: ${nameOf(completion)}`);
    const bytes =
      this.#options.garble === undefined ? completion.data : this.#options.garble(completion.data);
    if (bytes === undefined) return this.transferIn(endpoint, length, milliseconds);
    return { status: "ok", data: new DataView(new Uint8Array(bytes).buffer) };
  }

  async transferOut(endpoint: number, data: Uint8Array, milliseconds: number): Promise<OutResult> {
    this.#expectPlugged("transferOut");
    this.traffic.push(`out ${data[0] === 2 ? "request" : data.length}`);
    const completion = await this.#submit({ endpoint, data, length: data.length }, milliseconds);
    if (completion.status !== "ok") throw new Error(`transferOut error: ${nameOf(completion)}`);
    if (this.#options.sent !== undefined) return this.#options.sent(data.length);
    return { status: "ok", bytesWritten: completion.transferredBytes };
  }

  async clearHalt(direction: "in" | "out", endpoint: number): Promise<void> {
    const index = endpoint | (direction === "in" ? 0x80 : 0);
    await this.#submit(control(this.#next, { requestType: 2, request: 1, value: 0, index, length: 0 }));
  }

  #submit(
    urb: Omit<Parameters<EmulatedUsbDevice["submit"]>[0], "id">,
    milliseconds = 1000,
  ): Promise<Completion> {
    if ([...this.#pending.values()].some(({ endpoint }) => endpoint === urb.endpoint)) {
      throw new Error("transfer error: endpoint not found");
    }
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancel = this.#timer.after(milliseconds / 1000, () => {
        this.#pending.delete(id);
        this.#device.unlink(id);
        reject(new Error("transfer error: Cancelled"));
      });
      this.#pending.set(id, {
        endpoint: urb.endpoint,
        resolve: (completion) => {
          cancel();
          resolve(completion);
        },
        reject: (cause) => {
          cancel();
          reject(cause);
        },
      });
      for (const completion of this.#device.submit({ ...urb, id })) {
        const pending = this.#pending.get(completion.id);
        this.#pending.delete(completion.id);
        pending?.resolve(completion);
      }
    });
  }

  #expectPlugged(what: string): void {
    if (!this.#plugged) throw new Error(`${what} error: Disconnected`);
  }
}

/** A machine with these devices. */
export const machineWith = (...devices: readonly MemoryUsb[]): UsbBackend => ({
  devices: async () => devices,
  driverOf: async (device) => devices.find((one) => one === device)?.holder,
});

const nothing = new Uint8Array(0);
const control = (id: number, setup: Setup) => ({
  id,
  endpoint: 0,
  setup,
  data: nothing,
  length: setup.length,
});
const nameOf = ({ status }: Completion): string => (status === "stall" ? "Stall" : "Fault");
