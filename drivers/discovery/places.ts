/** Where boards may be, and which of these places may be asked. */

import { onUsb, type PortFacts, plausible } from "../serial/port-facts.ts";
import { tmcInterfaceOf } from "../usb/endpoints.ts";
import { serialNumberOf, type UsbAddress, visaName } from "../usb/find.ts";
import type { UsbDevice } from "../usb/usb-device.ts";
import type { Place } from "./finding.ts";

export type PlaceToAsk<T> = Place & { readonly where: T } & (
    | { readonly ask: true }
    | { readonly ask: false; readonly why: string }
  );

/** USB devices that boards of this protocol are (SPEC.md, Cables). */
const knownBoards: readonly Pick<UsbAddress, "vendorId" | "productId">[] = [
  { vendorId: 0x1209, productId: 0x0001 },
];

/** Ports that are not on USB, and radios, are not even mentioned. @param all asks those of unknown vendors, too. */
export const serialPlaces = (ports: readonly PortFacts[], all: boolean): PlaceToAsk<string>[] =>
  ports.filter(onUsb).map((port) => ({
    resource: `ASRL${port.path}::INSTR`,
    usbSerialNumber: port.serialNumber,
    label: port.manufacturer,
    where: port.path,
    ...(all || plausible(port)
      ? { ask: true }
      : { ask: false, why: `a serial port of vendor ${port.vendorId}, which is not known to make boards` }),
  }));

/** @param all asks test instruments of other makers, too; that takes them from the kernel's driver for a moment. */
export function usbPlaces(devices: readonly UsbDevice[], all: boolean): PlaceToAsk<UsbAddress>[] {
  return devices.filter(isInstrument).map((device) => {
    const { vendorId, productId } = device;
    const where = { vendorId, productId, serialNumber: serialNumberOf(device) };
    const known = knownBoards.some((one) => one.vendorId === vendorId && one.productId === productId);
    const asked = known || all;
    return {
      resource: visaName(where),
      usbSerialNumber: where.serialNumber,
      where,
      ...(asked ? { ask: true } : { ask: false, why: "a test instrument of another maker" }),
    };
  });
}

/** A device that the system does not let us look into is none that can be asked. */
function isInstrument(device: UsbDevice): boolean {
  try {
    return tmcInterfaceOf(device.configuration, "") !== undefined;
  } catch {
    return false;
  }
}
