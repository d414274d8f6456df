/**
 * One connection of a USB/IP client: bytes in, bytes out. It begins with an operation (list, import); after an import it
 * carries URBs until it closes. Which of its phases it is in decides how many bytes the next structure has.
 */

import { ByteQueue } from "./byte-queue.ts";
import { configurationValue, deviceRelease, interfaceClass } from "./descriptors.ts";
import type { Completion, EmulatedUsbDevice } from "./device.ts";
import { busId, busNumber, deviceNumber, productId, vendorId } from "./identity.ts";
import {
  busIdBytes,
  decodeBusId,
  decodeOperation,
  decodeUrbCommand,
  type ExportedDevice,
  encodeDeviceList,
  encodeImport,
  encodeImportRefusal,
  encodeSubmitReply,
  encodeUnlinkReply,
  maxTransferBytes,
  operationHeaderBytes,
  operationStatus,
  type UrbCommand,
  UsbipFault,
  urbHeaderBytes,
  urbStatus,
} from "./usbip-wire.ts";

/** Lends the device to one connection at a time. */
export interface DevicePort {
  /** Undefined while another connection has it. */
  plugIn(): EmulatedUsbDevice | undefined;
}

type Submission = Extract<UrbCommand, { kind: "submit" }>;

type Phase =
  | { readonly kind: "operation" }
  | { readonly kind: "bus-id" }
  | { readonly kind: "urb"; readonly device: EmulatedUsbDevice }
  | { readonly kind: "urb-data"; readonly device: EmulatedUsbDevice; readonly urb: Submission }
  | { readonly kind: "over" };

/** Transfers that a client may have under way; Linux's vhci-hcd has a few dozen at most. */
const maxWaiting = 1024;
/** Bytes in them that the device has not taken. */
const maxWaitingBytes = 2 * maxTransferBytes;

const exported: ExportedDevice = {
  path: `/sys/devices/pcmlab/usb${busNumber}/${busId}`,
  busId,
  busNumber,
  deviceNumber,
  vendorId,
  productId,
  release: deviceRelease,
  configurationValue,
  interfaces: [interfaceClass],
};

export class UsbipConnection {
  readonly #port: DevicePort;
  readonly #received = new ByteQueue();
  #phase: Phase = { kind: "operation" };

  constructor(port: DevicePort) {
    this.#port = port;
  }

  /** The reply was the last; the connection is to be closed. */
  get isOver(): boolean {
    return this.#phase.kind === "over";
  }

  /** The device is imported by this connection. */
  get isImported(): boolean {
    return this.#phase.kind === "urb" || this.#phase.kind === "urb-data";
  }

  /** Takes bytes of the client and returns what to send. @throws UsbipFault; the connection is to be closed. */
  receive(chunk: Uint8Array): Uint8Array[] {
    this.#received.push(chunk);
    const replies: Uint8Array[] = [];
    for (let more = this.#step(); more !== undefined; more = this.#step()) replies.push(...more);
    return replies;
  }

  /** The replies to the next whole structure, or undefined while there is none. */
  #step(): Uint8Array[] | undefined {
    const phase = this.#phase;
    if (phase.kind === "over") return undefined;
    const bytes = this.#received.take(bytesNeeded(phase));
    if (bytes === undefined) return undefined;
    switch (phase.kind) {
      case "operation":
        return this.#operation(bytes);
      case "bus-id":
        return this.#import(decodeBusId(bytes));
      case "urb":
        return this.#command(phase.device, decodeUrbCommand(bytes));
      case "urb-data":
        this.#phase = { kind: "urb", device: phase.device };
        return this.#submit(phase.device, phase.urb, bytes);
      default:
        return phase satisfies never;
    }
  }

  #operation(header: Uint8Array): Uint8Array[] {
    if (decodeOperation(header) === "import") {
      this.#phase = { kind: "bus-id" };
      return [];
    }
    this.#phase = { kind: "over" };
    return [encodeDeviceList([exported])];
  }

  #import(asked: string): Uint8Array[] {
    const device = asked === busId ? this.#port.plugIn() : undefined;
    if (device === undefined) {
      this.#phase = { kind: "over" };
      return [encodeImportRefusal(asked === busId ? operationStatus.busy : operationStatus.missing)];
    }
    this.#phase = { kind: "urb", device };
    return [encodeImport(exported)];
  }

  #command(device: EmulatedUsbDevice, command: UrbCommand): Uint8Array[] {
    if (command.kind === "unlink") {
      const status = device.unlink(command.unlinked) ? urbStatus.unlinked : urbStatus.ok;
      return [encodeUnlinkReply(command.sequence, status)];
    }
    const expected = ((busNumber << 16) | deviceNumber) >>> 0;
    if (command.deviceId !== expected) throw new UsbipFault(`devid is ${command.deviceId}, not ${expected}`);
    if (command.toHost || command.length === 0) return this.#submit(device, command, new Uint8Array(0));
    this.#phase = { kind: "urb-data", device, urb: command };
    return [];
  }

  #submit(device: EmulatedUsbDevice, urb: Submission, data: Uint8Array): Uint8Array[] {
    if (device.waiting >= maxWaiting) throw new UsbipFault(`more than ${maxWaiting} transfers under way`);
    if (device.waitingBytes + data.length > maxWaitingBytes) {
      throw new UsbipFault(`more than ${maxWaitingBytes} bytes under way`);
    }
    const { sequence: id, setup, length, zeroPacket } = urb;
    const completions =
      urb.endpoint === 0
        ? device.submit({ id, endpoint: 0, setup, data, length })
        : device.submit({ id, endpoint: urb.endpoint | (urb.toHost ? 0x80 : 0), data, length, zeroPacket });
    return completions.map(submitReply);
  }
}

function bytesNeeded(phase: Exclude<Phase, { kind: "over" }>): number {
  switch (phase.kind) {
    case "operation":
      return operationHeaderBytes;
    case "bus-id":
      return busIdBytes;
    case "urb":
      return urbHeaderBytes;
    case "urb-data":
      return phase.urb.length;
    default:
      return phase satisfies never;
  }
}

const submitReply = ({ id, status, transferredBytes, data }: Completion): Uint8Array =>
  encodeSubmitReply(id, urbStatus[status], transferredBytes, data);
