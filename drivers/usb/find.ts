/** Finds a board by what it is, never by where it is plugged in: vendor, product and serial number. */

import { LabError } from "../../src/core/errors.ts";
import type { UsbBackend, UsbDevice } from "./usb-device.ts";

/** What a VISA name says of a USB board. */
export interface UsbAddress {
  readonly vendorId: number;
  readonly productId: number;
  /** Any board of these ids when missing, if there is only one. */
  readonly serialNumber?: string | undefined;
  /** The first USBTMC interface when missing. */
  readonly interfaceNumber?: number | undefined;
}

/** As VISA writes it: USB0::0x1209::0x0001::SERIAL::INSTR. */
export function visaName({ vendorId, productId, serialNumber, interfaceNumber }: UsbAddress): string {
  const serial = serialNumber === undefined ? [] : [serialNumber];
  const number = interfaceNumber === undefined ? [] : [String(interfaceNumber)];
  return ["USB0", hex(vendorId), hex(productId), ...serial, ...number, "INSTR"].join("::");
}

/** @throws LabError PORT_MISSING, PORT_PERMISSION, ENVIRONMENT; USAGE when several boards fit. */
export async function findUsb(backend: UsbBackend, address: UsbAddress): Promise<UsbDevice> {
  const kin = (await backend.devices()).filter(
    ({ vendorId, productId }) => vendorId === address.vendorId && productId === address.productId,
  );
  const fitting = kin.filter((device) => {
    const wanted = address.serialNumber;
    return wanted === undefined || serialNumberOf(device) === wanted;
  });
  const [device, second] = fitting;
  if (device === undefined) throw missing(address, kin);
  if (second === undefined) return device;
  const next = `name one of them: ${fitting.map((one) => nameOf(address, one)).join(", ")}`;
  throw new LabError("USAGE", `${fitting.length} boards are ${visaName(address)}`, { next });
}

/** Undefined when the board has none or the system does not let us read it. */
export function serialNumberOf(device: UsbDevice): string | undefined {
  try {
    return device.serialNumber ?? undefined;
  } catch {
    return undefined;
  }
}

function missing(address: UsbAddress, kin: readonly UsbDevice[]): LabError {
  const what = `there is no USB board ${visaName(address)}`;
  const others = kin.map(serialNumberOf).filter((serial) => serial !== undefined);
  if (kin.length > others.length) {
    const next = "give yourself permission by a udev rule, or run as root";
    return new LabError("PORT_PERMISSION", `${what} among those whose serial number may be read`, { next });
  }
  const next =
    others.length > 0
      ? `of these ids there are: ${others.join(", ")}`
      : "check the cable, or start `pcmlab emulator --usbip PORT` and attach it";
  return new LabError("PORT_MISSING", what, { next });
}

const nameOf = (address: UsbAddress, device: UsbDevice): string =>
  visaName({ ...address, serialNumber: serialNumberOf(device) });

const hex = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(4, "0")}`;
