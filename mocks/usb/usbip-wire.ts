/**
 * The structures of USB/IP, version 1.1.1 (Linux, Documentation/usb/usbip_protocol.rst): encoders of what a server sends and
 * decoders of what a client sends. All fields are big-endian. Decoders get a header of exactly the length that they ask for.
 */

import type { Setup } from "../../firmware-protocol/usbtmc/class-request.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";

/** Bytes that no USB/IP client sends; the connection is closed. */
export class UsbipFault extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = "UsbipFault";
  }
}

const version = 0x0111;
const operation = {
  requestDeviceList: 0x8005,
  replyDeviceList: 0x0005,
  requestImport: 0x8003,
  replyImport: 0x0003,
} as const;
const command = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;

/** op_status_t of Linux's tools/usb/usbip: success, in use, no such device. */
export const operationStatus = { ok: 0, busy: 2, missing: 4 } as const;

export const operationHeaderBytes = 8;
export const busIdBytes = 32;
export const urbHeaderBytes = 48;

/** The largest transfer of one URB: what Linux lets user space have under way in all (usbfs_memory_mb). */
export const maxTransferBytes = 16 << 20;

/** @throws UsbipFault. */
export function decodeOperation(header: Uint8Array): "device-list" | "import" {
  const view = viewOf(header);
  if (view.getUint16(0) !== version)
    throw new UsbipFault(`USB/IP version ${hex(view.getUint16(0))}, 0x111 expected`);
  const code = view.getUint16(2);
  if (code === operation.requestDeviceList) return "device-list";
  if (code === operation.requestImport) return "import";
  throw new UsbipFault(`operation ${hex(code)} is none that a client may ask for`);
}

/** Text closed with a zero byte. */
export function decodeBusId(bytes: Uint8Array): string {
  const text = textOfBytes(bytes);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** What OP_REP_DEVLIST and OP_REP_IMPORT say of a device. */
export interface ExportedDevice {
  readonly path: string;
  readonly busId: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly release: number;
  readonly configurationValue: number;
  readonly interfaces: readonly {
    readonly code: number;
    readonly subclass: number;
    readonly protocol: number;
  }[];
}

export function encodeDeviceList(devices: readonly ExportedDevice[]): Uint8Array {
  const entries = devices.flatMap((device) => [
    deviceRecord(device),
    ...device.interfaces.map(({ code, subclass, protocol }) => Uint8Array.of(code, subclass, protocol, 0)),
  ]);
  return concatBytes([operationReply(operation.replyDeviceList, 0), words(devices.length), ...entries]);
}

export const encodeImport = (device: ExportedDevice): Uint8Array =>
  concatBytes([operationReply(operation.replyImport, operationStatus.ok), deviceRecord(device)]);

export const encodeImportRefusal = (status: number): Uint8Array =>
  operationReply(operation.replyImport, status);

const highSpeed = 3;

function deviceRecord(device: ExportedDevice): Uint8Array {
  const { busNumber, deviceNumber, vendorId, productId, release } = device;
  const numbers = new Uint8Array(6);
  const view = viewOf(numbers);
  for (const [i, value] of [vendorId, productId, release].entries()) view.setUint16(2 * i, value);
  // The device class is stated by the interface; there is one configuration.
  const bytes = Uint8Array.of(0, 0, 0, device.configurationValue, 1, device.interfaces.length);
  return concatBytes([
    padded(device.path, 256),
    padded(device.busId, busIdBytes),
    words(busNumber, deviceNumber, highSpeed),
    numbers,
    bytes,
  ]);
}

/** USBIP_CMD_SUBMIT or USBIP_CMD_UNLINK, without the bytes that follow a submission to the device. */
export type UrbCommand =
  | {
      readonly kind: "submit";
      readonly sequence: number;
      readonly deviceId: number;
      readonly toHost: boolean;
      readonly endpoint: number;
      readonly zeroPacket: boolean;
      readonly length: number;
      readonly setup: Setup;
    }
  | { readonly kind: "unlink"; readonly sequence: number; readonly unlinked: number };

const zeroPacketFlag = 0x40;

/** @throws UsbipFault. */
export function decodeUrbCommand(header: Uint8Array): UrbCommand {
  const view = viewOf(header);
  const code = view.getUint32(0);
  const sequence = view.getUint32(4);
  if (code === command.unlink) return { kind: "unlink", sequence, unlinked: view.getUint32(20) };
  if (code !== command.submit) throw new UsbipFault(`command ${hex(code)} is none that a client may send`);
  return {
    kind: "submit",
    sequence,
    deviceId: view.getUint32(8),
    toHost: below(view.getUint32(12), 2, "direction") === 1,
    endpoint: below(view.getUint32(16), 16, "endpoint"),
    zeroPacket: (view.getUint32(20) & zeroPacketFlag) !== 0,
    length: below(view.getUint32(24), maxTransferBytes + 1, "transfer_buffer_length"),
    setup: decodeSetup(header.subarray(40, 48)),
  };
}

/** SETUP packets are little-endian, as on the bus (USB 2.0, 9.3). */
function decodeSetup(bytes: Uint8Array): Setup {
  const view = viewOf(bytes);
  return {
    requestType: view.getUint8(0),
    request: view.getUint8(1),
    value: view.getUint16(2, true),
    index: view.getUint16(4, true),
    length: view.getUint16(6, true),
  };
}

/** Negative errno values of Linux. */
export const urbStatus = { ok: 0, stall: -32, overflow: -75, unlinked: -104 } as const;

/** USBIP_RET_SUBMIT. @param transferredBytes may differ from the length of `data`, which is what the device sent. */
export function encodeSubmitReply(
  sequence: number,
  status: number,
  transferredBytes: number,
  data: Uint8Array,
): Uint8Array {
  return concatBytes([urbReply(command.submitReply, sequence, status, transferredBytes), data]);
}

/** USBIP_RET_UNLINK. */
export const encodeUnlinkReply = (sequence: number, status: number): Uint8Array =>
  urbReply(command.unlinkReply, sequence, status, 0);

function urbReply(code: number, sequence: number, status: number, transferredBytes: number): Uint8Array {
  const bytes = new Uint8Array(urbHeaderBytes);
  const view = viewOf(bytes);
  view.setUint32(0, code);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  view.setUint32(24, transferredBytes);
  return bytes;
}

const operationReply = (code: number, status: number): Uint8Array => words((version << 16) | code, status);

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = viewOf(bytes);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return bytes;
}

/** Text with zeros up to `length` bytes, at least one of them. */
function padded(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(bytesOf(text.slice(0, length - 1)));
  return bytes;
}

/** @throws UsbipFault. */
function below(value: number, bound: number, what: string): number {
  if (value >= bound) throw new UsbipFault(`${what} is ${value}, allowed 0 to ${bound - 1}`);
  return value;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const hex = (value: number): string => `0x${value.toString(16)}`;
