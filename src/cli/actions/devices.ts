/** Lists what boards there are, and what is wrong where one may be and does not answer. */

import { type Cables, discover } from "../../../drivers/discovery/discover.ts";
import type { Finding } from "../../../drivers/discovery/finding.ts";
import { systemPorts } from "../../../drivers/serial/list-ports.ts";
import { openSerial } from "../../../drivers/serial/serial-transport.ts";
import { openTcp } from "../../../drivers/tcp/tcp-transport.ts";
import { openUsb } from "../../../drivers/usb/open.ts";
import { systemUsb } from "../../../drivers/usb/system-usb.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import type { Output } from "../output.ts";

export interface DevicesArguments {
  readonly host: readonly string[];
  readonly all: boolean;
  readonly baud: number;
}

/** @throws LabError as `tell` does; USAGE for a host that is none; INTERRUPTED. */
export async function devices({ host: hosts, all, baud }: DevicesArguments, context: Context): Promise<void> {
  const { timer, output, stop } = context;
  const cables: Cables = {
    ports: systemPorts,
    usbDevices: () => systemUsb.devices(),
    openSerial: (path) => openSerial(path, { timer, baudRate: baud, signal: stop }),
    openUsb: (address) => openUsb(address, timer, undefined, stop),
    openTcp: (address, port) => openTcp(address, port, timer, stop),
  };
  tell(await discover({ hosts, all }, cables, timer, stop), output);
}

/** @throws LabError ENVIRONMENT, after all has been printed, when "no board" cannot be believed. */
export function tell(found: readonly Finding[], output: Output): void {
  output.result({ devices: found }, textOfFindings(found));
  const unlisted = found.filter(({ kind }) => kind === "unlisted").map(({ resource }) => resource);
  if (unlisted.length === 0) return;
  const text = `${unlisted.join(" and ")} could not be listed`;
  if (!found.some(({ kind }) => kind === "board"))
    throw new LabError("ENVIRONMENT", `no board was found, but ${text}`, {
      next: "mend what the list says, or name the board with --chip, or with --host",
    });
  output.warn(`${text}; a board there is missing in the list`);
}

export function textOfFindings(found: readonly Finding[]): string {
  const boards = found.filter(({ kind }) => kind === "board");
  const others = found.filter(({ kind }) => kind !== "board");
  const nothing = "no board answers; `pcmlab doctor` looks for the reason, `pcmlab emulator` makes one";
  return [...(boards.length === 0 ? [nothing] : []), ...[...boards, ...others].map(lineOf)].join("\n");
}

function lineOf(finding: Finding): string {
  const { resource, usbSerialNumber } = finding;
  const serial = usbSerialNumber === undefined ? "" : ` (USB serial number ${usbSerialNumber})`;
  switch (finding.kind) {
    case "board":
      return `${resource}  ${finding.identification}${serial}`;
    case "trouble":
    case "unlisted": {
      const next = finding.next === undefined ? "" : `\n  next: ${finding.next}`;
      return `${resource}  ${finding.message} [${finding.code}]${next}`;
    }
    case "left-alone":
      return `${resource}  not asked: ${finding.why}; --all asks it`;
    default:
      return finding satisfies never;
  }
}
