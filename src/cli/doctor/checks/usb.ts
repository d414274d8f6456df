/** USB boards and serial bridges: who may open them, and what drives them. */

import type { Diagnosis } from "../diagnosis.ts";
import type { Bridge, Facts } from "../facts.ts";
import { udevCommand, udevFile } from "../udev.ts";

/** The driver of Linux's name for an interface that a program has taken. */
const taken = "usbfs";

export function usbBus({ platform, usbListed }: Facts): Diagnosis[] {
  if (platform !== "linux" || usbListed) return [];
  return [
    {
      level: "warning",
      subject: "USB",
      text: "/sys/bus/usb/devices is missing: this machine or container has no USB",
      mend: "pass /sys and /dev/bus/usb through to the container, or use a board on a serial port or TCP",
    },
  ];
}

export function usbPermissions({ usbBoards }: Facts): Diagnosis[] {
  return usbBoards.map(({ vendorId, productId, mayUse, driver }): Diagnosis => {
    const subject = `USB board ${vendorId}:${productId}`;
    if (!mayUse) return { level: "problem", subject, text: "may be opened by root only", mend: udevCommand };
    if (driver === taken)
      return { level: "warning", subject, text: "another program has it", mend: `lsof /dev/bus/usb/*/*` };
    const kernel = driver === undefined ? "" : `; ${driver} of Linux gives it up while pcmlab has it`;
    return { level: "fine", subject, text: `may be opened${kernel}` };
  });
}

export function rules({ platform, udevRules }: Facts): Diagnosis[] {
  if (platform !== "linux") return [];
  const subject = "udev rules";
  if (udevRules) return [{ level: "fine", subject, text: `${udevFile} is there` }];
  const text = `${udevFile} is missing: USB boards are for root only, and other programs may open serial ones`;
  return [{ level: "note", subject, text, mend: udevCommand }];
}

/** The modules of Linux that make serial ports of bridges; others bring the class of modems along. */
const modules: Readonly<Record<string, string>> = {
  "0403": "ftdi_sio",
  "067b": "pl2303",
  "10c4": "cp210x",
  "1a86": "ch341",
};
const usualModule = "cdc_acm";

export const bridges = ({ bridges: all }: Facts): Diagnosis[] => all.flatMap(bridge);

function bridge({ vendorId, productId, interface: name, driver }: Bridge): Diagnosis[] {
  const subject = `USB bridge ${vendorId}:${productId} (${name})`;
  if (driver === taken)
    return [
      {
        level: "warning",
        subject,
        text: "a program took it from its driver, so that it is no serial port; brltty does so",
        mend: "sudo systemctl disable --now brltty-udev brltty   # then plug it in again",
      },
    ];
  if (driver !== undefined) return [];
  const module = modules[vendorId] ?? usualModule;
  const text = "nothing drives it, so that it is no serial port";
  return [{ level: "problem", subject, text, mend: `sudo modprobe ${module}` }];
}
