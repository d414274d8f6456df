/** USB devices as /sys shows them: boards that speak USBTMC, and bridges that should be serial ports. */

import { basename } from "node:path";
import type { Bridge, UsbAccess } from "../facts.ts";
import { boardId, bridgeVendors } from "../udev.ts";
import type { SystemFiles } from "./system-files.ts";

export const usbFolder = "/sys/bus/usb/devices";

/** Boards of our id, and whether their device file may be opened. */
export async function usbBoards(files: SystemFiles): Promise<UsbAccess[]> {
  const boards: UsbAccess[] = [];
  for (const device of await devicesOf(files)) {
    if (!isBoard(device)) continue;
    const [first] = await interfacesOf(files, device.name);
    const [bus, number] = [
      await attribute(files, device.name, "busnum"),
      await attribute(files, device.name, "devnum"),
    ];
    const file = `/dev/bus/usb/${bus.padStart(3, "0")}/${number.padStart(3, "0")}`;
    const { vendorId, productId } = device;
    boards.push({ vendorId, productId, driver: first?.driver, mayUse: await files.mayUse(file) });
  }
  return boards;
}

/** Of the classes that serial ports have: their makers' own, or communication (USB class codes FF, 02). */
const serialClasses = ["ff", "02"];

export async function usbBridges(files: SystemFiles): Promise<Bridge[]> {
  const bridges: Bridge[] = [];
  for (const device of await devicesOf(files)) {
    if (isBoard(device) || !bridgeVendors.includes(device.vendorId)) continue;
    for (const { name, usbClass, driver } of await interfacesOf(files, device.name))
      if (serialClasses.includes(usbClass))
        bridges.push({ vendorId: device.vendorId, productId: device.productId, interface: name, driver });
  }
  return bridges;
}

interface Device {
  readonly name: string;
  readonly vendorId: string;
  readonly productId: string;
}

/** Names with a colon are interfaces. */
async function devicesOf(files: SystemFiles): Promise<Device[]> {
  const names = (await files.names(usbFolder)).filter((name) => !name.includes(":"));
  return Promise.all(
    names.map(async (name) => ({
      name,
      vendorId: await attribute(files, name, "idVendor"),
      productId: await attribute(files, name, "idProduct"),
    })),
  );
}

async function interfacesOf(files: SystemFiles, device: string) {
  const names = (await files.names(usbFolder)).filter((name) => name.startsWith(`${device}:`)).sort();
  return Promise.all(
    names.map(async (name) => {
      const link = await files.link(`${usbFolder}/${name}/driver`);
      const driver = link === undefined ? undefined : basename(link);
      return { name, driver, usbClass: await attribute(files, name, "bInterfaceClass") };
    }),
  );
}

const isBoard = ({ vendorId, productId }: Device): boolean =>
  vendorId === hex(boardId.vendorId) && productId === hex(boardId.productId);

const hex = (value: number): string => value.toString(16).padStart(4, "0");

const attribute = async (files: SystemFiles, device: string, name: string): Promise<string> =>
  (await files.text(`${usbFolder}/${device}/${name}`)).trim();
