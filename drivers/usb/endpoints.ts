/** Finds the USBTMC interface of a device and its endpoints (USBTMC 1.0, 5.5 and 5.6). Pure. */

import { headerBytes } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { LabError } from "../../src/core/errors.ts";
import type { UsbConfiguration, UsbEndpoint } from "./usb-device.ts";

export interface TmcInterface {
  readonly interfaceNumber: number;
  /** Endpoint numbers, without the direction bit. */
  readonly outEndpoint: number;
  readonly inEndpoint: number;
  /** wMaxPacketSize of the Bulk-IN endpoint, bytes. */
  readonly inPacketBytes: number;
  /** Carries the status byte where there is one (USB488, 3.4). */
  readonly interruptEndpoint: number | undefined;
}

const applicationClass = 0xfe;
const tmcSubclass = 0x03;

/** @param wanted the interface number, or the first one that is USBTMC. @throws LabError NOT_OURS. */
export function tmcInterfaceOf(
  configuration: UsbConfiguration | null,
  name: string,
  wanted?: number,
): TmcInterface {
  const found = configuration?.interfaces.find(
    ({ interfaceNumber, alternate }) =>
      alternate.interfaceClass === applicationClass &&
      alternate.interfaceSubclass === tmcSubclass &&
      (wanted === undefined || wanted === interfaceNumber),
  );
  if (found === undefined) {
    const which = wanted === undefined ? "interface" : `interface ${wanted}`;
    throw notOurs(`${name} has no USBTMC ${which}`);
  }
  const { endpoints } = found.alternate;
  const output = endpointOf(endpoints, "bulk", "out");
  const input = endpointOf(endpoints, "bulk", "in");
  if (output === undefined || input === undefined || input.packetSize < headerBytes) {
    throw notOurs(`the USBTMC interface of ${name} lacks a bulk endpoint, or its packets are too small`);
  }
  return {
    interfaceNumber: found.interfaceNumber,
    outEndpoint: output.endpointNumber,
    inEndpoint: input.endpointNumber,
    inPacketBytes: input.packetSize,
    interruptEndpoint: endpointOf(endpoints, "interrupt", "in")?.endpointNumber,
  };
}

const endpointOf = (
  endpoints: readonly UsbEndpoint[],
  kind: string,
  way: "in" | "out",
): UsbEndpoint | undefined => endpoints.find(({ type, direction }) => type === kind && direction === way);

const notOurs = (message: string): LabError =>
  new LabError("NOT_OURS", message, {
    next: "name the PCM board; SPEC.md says what its USB interface must be",
  });
