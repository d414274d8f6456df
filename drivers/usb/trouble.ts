/** Translates what the `usb` package says went wrong; it passes the system's reasons on as text only. */

import { LabError, textOf } from "../../src/core/errors.ts";
import { udevRule } from "./udev-rule.ts";

type UsbTrouble = "timeout" | "stall" | "gone" | "busy" | "permission" | "other";

/** Words of nusb 0.2, on which usb 3.x is built, of WebUSB, and errno values of Linux: 1, 13 permission, 16 busy, 19 gone. */
const words: readonly (readonly [UsbTrouble, RegExp])[] = [
  ["timeout", /cancel|timed? ?out/i],
  ["stall", /stall/i],
  ["gone", /disconnect|no such device|errno 19\b/i],
  ["permission", /permission|access|errno 13\b|errno 1\b/i],
  ["busy", /busy|errno 16\b/i],
];

/** A transfer whose result says that it did not succeed. Whoever opens or uses a board turns it into a LabError. */
export class TransferTrouble extends Error {
  readonly trouble: UsbTrouble;

  constructor(trouble: UsbTrouble, message: string) {
    super(message);
    this.name = "TransferTrouble";
    this.trouble = trouble;
  }
}

export function troubleOf(cause: unknown): UsbTrouble {
  if (cause instanceof TransferTrouble) return cause.trouble;
  const text = textOf(cause);
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
}

/** The typed error of a device that could not be opened or claimed. */
export function openFailure(name: string, vendorId: number, productId: number, cause: unknown): LabError {
  switch (troubleOf(cause)) {
    case "permission": {
      const next = `as root, put this line into /etc/udev/rules.d/70-pcmlab.rules, run \`udevadm control --reload\` and plug the board in again: ${udevRule(vendorId, productId)}`;
      return new LabError("PORT_PERMISSION", `no permission to open ${name}`, { cause, next });
    }
    case "busy": {
      const next = "close the other program (PyVISA sessions are frequent ones), then try again";
      return new LabError("PORT_BUSY", `another program holds ${name}`, { cause, next });
    }
    case "gone":
      return new LabError("PORT_MISSING", `${name} was unplugged while it was opened`, {
        cause,
        next: checkCable,
      });
    default: {
      const next = `unplug ${name}, plug it in again and try again`;
      return new LabError("PORT_MISSING", `${name} cannot be opened: ${textOf(cause)}`, { cause, next });
    }
  }
}

/** The typed error of a transfer that failed on an open device. @param doing for example "sending a message to". */
export function transferFailure(name: string, doing: string, cause: unknown): LabError {
  if (cause instanceof LabError) return cause;
  switch (troubleOf(cause)) {
    case "gone":
      return new LabError("LINK_LOST", `${name} was unplugged`, { cause, next: checkCable });
    case "stall": {
      const next =
        "run the command again: opening clears the board's USB state; update its firmware if it recurs";
      return new LabError("LINK_LOST", `${name} stalled while ${doing} it`, { cause, next });
    }
    case "timeout": {
      const next = "check the board's power, then run the command again; what was acknowledged is stored";
      return new LabError("NO_ANSWER", `${name} stopped while ${doing} it`, { cause, next });
    }
    default:
      return new LabError("LINK_LOST", `${doing} ${name} failed: ${textOf(cause)}`, {
        cause,
        next: checkCable,
      });
  }
}

const checkCable = "check the cable and the board's power, then connect again";
