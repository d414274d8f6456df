/** Names of boards: VISA resource strings, host:port and plain serial paths. */

import { LabError } from "../../src/core/errors.ts";
import { scpiPort } from "../tcp/tcp-transport.ts";
import type { UsbAddress } from "../usb/find.ts";

export type Resource =
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | ({ readonly kind: "usb" } & UsbAddress);

/** @throws LabError USAGE when the name is empty, names a bus that is not driven, or a TCP host without a port number. */
export function parseResource(name: string): Resource {
  const text = name.trim();
  if (text === "") throw new LabError("USAGE", "the name of the chip is empty", { next: nameNext });
  const serial = /^ASRL(?<path>.+)::INSTR$/i.exec(text);
  if (serial?.groups?.path !== undefined) return { kind: "serial", path: serial.groups.path };
  const visa = /^TCPIP\d*::(?<host>[^:]+)::(?<port>\d+)::SOCKET$/i.exec(text);
  const url = /^tcp:\/\/(?<host>[A-Za-z0-9.-]+)$/.exec(text);
  if (url?.groups?.host !== undefined) return tcp(url.groups.host, scpiPort);
  const plain = /^(?:tcp:\/\/)?(?<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(?<port>\d+)$/.exec(text);
  const socket = visa ?? plain;
  if (socket?.groups?.host !== undefined) return tcp(socket.groups.host, Number(socket.groups.port));
  const usb = /^USB\d*::(.+)::INSTR$/i.exec(text)?.[1];
  if (usb !== undefined) return usbResource(text, usb.split("::"));
  if (/^(USB|GPIB|VXI|TCPIP)\d*::/i.test(text)) {
    throw new LabError("USAGE", `"${text}" is on a bus that this version does not drive`, { next: nameNext });
  }
  const badPort = /^(?:tcp:\/\/[^:]+|localhost|\d+\.\d+\.\d+\.\d+):([^/]*)$/.exec(text)?.[1];
  if (badPort !== undefined)
    throw new LabError("USAGE", `"${badPort}" in "${text}" is no port number`, { next: nameNext });
  return { kind: "serial", path: text };
}

const nameNext = `name a serial path, ASRL/dev/ttyACM0::INSTR, host:${scpiPort}, TCPIP0::host::${scpiPort}::SOCKET or USB0::0x1209::0x0001::SERIAL::INSTR`;

function tcp(host: string, port: number): Resource {
  if (port < 1 || port > 65_535) throw new LabError("USAGE", `${port} is no TCP port`, { next: nameNext });
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port };
}

/** VISA: USB[board]::manufacturer::model::serial number[::interface number]::INSTR; the serial number may be left out here. */
function usbResource(text: string, parts: readonly string[]): Resource {
  const [vendor, product, serialNumber, number] = parts;
  const vendorId = usbNumber(vendor, 0xffff);
  const productId = usbNumber(product, 0xffff);
  const interfaceNumber = number === undefined ? undefined : usbNumber(number, 0xff);
  const wrongNumber = number !== undefined && interfaceNumber === undefined;
  if (
    vendorId === undefined ||
    productId === undefined ||
    wrongNumber ||
    parts.length > 4 ||
    serialNumber === ""
  ) {
    throw new LabError("USAGE", `"${text}" is no name of a USB board`, { next: nameNext });
  }
  return { kind: "usb", vendorId, productId, serialNumber, interfaceNumber };
}

/** Hexadecimal with 0x, or decimal. */
function usbNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
