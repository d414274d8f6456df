/** Opens a board and takes its USBTMC interface from the kernel's own driver, which gets it back at the end. */

import { type TmcInterface, tmcInterfaceOf } from "./endpoints.ts";
import type { UsbAddress } from "./find.ts";
import { openFailure, troubleOf } from "./trouble.ts";
import type { UsbBackend, UsbDevice } from "./usb-device.ts";

export interface Claimed {
  readonly device: UsbDevice;
  readonly name: string;
  readonly tmc: TmcInterface;
  /** Gives all back, however broken the device is by then. */
  release(): Promise<void>;
}

/** @throws LabError PORT_PERMISSION, PORT_BUSY, PORT_MISSING, NOT_OURS. */
export async function claim(
  backend: UsbBackend,
  device: UsbDevice,
  name: string,
  address: UsbAddress,
): Promise<Claimed> {
  const failure = (cause: unknown) => openFailure(name, device.vendorId, device.productId, cause);
  await device.open().catch((cause: unknown) => {
    throw failure(cause);
  });
  try {
    const tmc = tmcInterfaceOf(configurationOf(device, failure), name, address.interfaceNumber);
    const detached = await take(backend, device, tmc.interfaceNumber).catch((cause: unknown) => {
      throw failure(cause);
    });
    return { device, name, tmc, release: () => giveBack(device, tmc.interfaceNumber, detached) };
  } catch (reason) {
    await device.close().catch(ignored);
    throw reason;
  }
}

function configurationOf(device: UsbDevice, failure: (cause: unknown) => Error): UsbDevice["configuration"] {
  try {
    return device.configuration;
  } catch (cause) {
    throw failure(cause);
  }
}

/**
 * True when the kernel's driver had to go. Linux would detach another program as readily as its own driver ("usbfs" is
 * the driver of programs like this one), so who holds the interface is looked at first.
 */
async function take(backend: UsbBackend, device: UsbDevice, interfaceNumber: number): Promise<boolean> {
  try {
    await device.claimInterface(interfaceNumber);
    return false;
  } catch (cause) {
    const holder = await backend.driverOf(device, interfaceNumber);
    if (troubleOf(cause) !== "busy" || holder === undefined || holder === "usbfs") throw cause;
  }
  await device.detachKernelDriver(interfaceNumber);
  await device.claimInterface(interfaceNumber);
  return true;
}

async function giveBack(device: UsbDevice, interfaceNumber: number, detached: boolean): Promise<void> {
  await device.releaseInterface(interfaceNumber).catch(ignored);
  if (detached) await device.attachKernelDriver(interfaceNumber).catch(ignored);
  await device.close().catch(ignored);
}

const ignored = (): void => {};
