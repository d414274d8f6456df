/** The descriptors of the emulated board (USB 2.0, 9.6; USBTMC 1.0, 5): one configuration, one interface, two bulk endpoints. */

import { concatBytes } from "../../src/core/bytes.ts";
import {
  bulkInEndpoint,
  bulkOutEndpoint,
  type DeviceStrings,
  packetBytes,
  productId,
  vendorId,
} from "./identity.ts";

export const descriptorType = { device: 1, configuration: 2, string: 3, interface: 4, endpoint: 5 } as const;
export const configurationValue = 1;
export const interfaceNumber = 0;

/** Application-specific class, USBTMC, USB488 (USBTMC, 5.5; USB488, 5.5). */
export const interfaceClass = { code: 0xfe, subclass: 0x03, protocol: 0x01 } as const;

/** bcdDevice: release 1.00 of the emulated hardware. */
export const deviceRelease = 0x0100;
const usbRelease = 0x0200;
const englishUnitedStates = 0x0409;
const stringIndex = { languages: 0, manufacturer: 1, product: 2, serialNumber: 3 } as const;

/** The class is stated by the interface (USBTMC, 5.2). */
export function deviceDescriptor(): Uint8Array {
  const { manufacturer, product, serialNumber } = stringIndex;
  const words = [...word(vendorId), ...word(productId), ...word(deviceRelease)];
  const body = [...word(usbRelease), 0, 0, 0, 64, ...words, manufacturer, product, serialNumber, 1];
  return descriptor(descriptorType.device, body);
}

/** With all that belongs to it, as GET_DESCRIPTOR gives it (USB 2.0, 9.4.3). Bus powered, 100 mA. */
export function configurationDescriptor(): Uint8Array {
  const { code, subclass, protocol } = interfaceClass;
  const parts = [
    descriptor(descriptorType.interface, [interfaceNumber, 0, 2, code, subclass, protocol, 0]),
    bulkEndpoint(bulkOutEndpoint),
    bulkEndpoint(bulkInEndpoint),
  ];
  const total = 9 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = descriptor(descriptorType.configuration, [...word(total), 1, configurationValue, 0, 0x80, 50]);
  return concatBytes([head, ...parts]);
}

/** Undefined when there is no string of that index. Index 0 lists the languages (USB 2.0, 9.6.7). */
export function stringDescriptor(index: number, strings: DeviceStrings): Uint8Array | undefined {
  switch (index) {
    case stringIndex.languages:
      return descriptor(descriptorType.string, word(englishUnitedStates));
    case stringIndex.manufacturer:
      return textDescriptor(strings.manufacturer);
    case stringIndex.product:
      return textDescriptor(strings.product);
    case stringIndex.serialNumber:
      return textDescriptor(strings.serialNumber);
    default:
      return undefined;
  }
}

const longestText = 126;

/** Only what USBTMC, 5.7, lets a serial number hold; VISA names and udev rules rely on it. */
function textDescriptor(text: string): Uint8Array {
  const allowed = text.replace(/[^ -~]|["*/:?\\]/g, "_").trim();
  return descriptor(
    descriptorType.string,
    [...allowed.slice(0, longestText)].flatMap((character) => word(character.charCodeAt(0))),
  );
}

function bulkEndpoint(address: number): Uint8Array {
  const bulk = 2;
  return descriptor(descriptorType.endpoint, [address, bulk, ...word(packetBytes), 0]);
}

const descriptor = (type: number, body: readonly number[]): Uint8Array =>
  Uint8Array.of(body.length + 2, type, ...body);

const word = (value: number): [number, number] => [value & 0xff, value >> 8];
