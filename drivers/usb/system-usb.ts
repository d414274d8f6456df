/** The USB of this machine through the `usb` package, which is loaded when it is first asked for and not before. */

// The types of `usb` extend those of WebUSB, which it depends on without naming them in its declarations.
/// <reference types="w3c-web-usb" />

import { readlink } from "node:fs/promises";
import { basename } from "node:path";
import { LabError, textOf } from "../../src/core/errors.ts";
import type { UsbBackend, UsbDevice } from "./usb-device.ts";

export const systemUsb: UsbBackend = {
  /** @throws LabError ENVIRONMENT when the package cannot be loaded or the system has no USB. */
  async devices() {
    try {
      const { usb } = await import("usb");
      return await usb.getDevices();
    } catch (cause) {
      const next = "check that this machine has USB and that `npm ci` installed the `usb` package for it";
      throw new LabError("ENVIRONMENT", `USB cannot be used here: ${textOf(cause)}`, { cause, next });
    }
  },
  async driverOf(device, interfaceNumber) {
    const folder = sysfsName(device, interfaceNumber);
    if (folder === undefined) return undefined;
    const link = await readlink(`/sys/bus/usb/devices/${folder}/driver`).catch(() => undefined);
    return link === undefined ? undefined : basename(link);
  },
};

/** Linux names an interface by bus, ports, configuration and number: 1-4.2:1.0 (Documentation/ABI/stable/sysfs-bus-usb). */
function sysfsName(device: UsbDevice, interfaceNumber: number): string | undefined {
  if (!("bus" in device && "ports" in device && Array.isArray(device.ports))) return undefined;
  const bus = Number.parseInt(String(device.bus), 10);
  const configuration = device.configuration?.configurationValue ?? 1;
  return `${bus}-${device.ports.join(".")}:${configuration}.${interfaceNumber}`;
}
