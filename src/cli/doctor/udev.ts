/** The rules that let people at a Linux machine open boards, and keep other programs from them. */

import { udevRule } from "../../../drivers/usb/udev-rule.ts";

/** Sorts before 73-seat-late.rules, which acts on uaccess. */
export const udevFile = "/etc/udev/rules.d/70-pcmlab.rules";

/** The id that boards and the emulator have (pid.codes, for tests). */
export const boardId = { vendorId: 0x1209, productId: 0x0001 } as const;

/** Bridges that raw UARTs hang on; the same list as for discovery would open ports to everybody that are no boards. */
export const bridgeVendors: readonly string[] = ["0403", "10c4", "1a86", "1209"];

/** The lines of the file: USBTMC boards, serial boards (ModemManager leaves them alone), and no 16 ms of waiting in FTDI bridges. */
export const udevRules = (): readonly string[] => [
  udevRule(boardId.vendorId, boardId.productId),
  ...bridgeVendors.map(
    (vendor) =>
      `SUBSYSTEM=="tty", ATTRS{idVendor}=="${vendor}", MODE="0660", GROUP="dialout", TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"`,
  ),
  `ACTION=="add", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"`,
];

/** What installs them. */
export const udevCommand = `pcmlab doctor --udev | sudo tee ${udevFile} && sudo udevadm control --reload && sudo udevadm trigger`;
