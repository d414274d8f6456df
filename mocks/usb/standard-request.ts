/** The standard requests of USB 2.0, 9.4, for a device with one configuration, one interface and two bulk endpoints. */

import type { Setup } from "../../firmware-protocol/usbtmc/class-request.ts";
import {
  configurationDescriptor,
  configurationValue,
  descriptorType,
  deviceDescriptor,
  interfaceNumber,
  stringDescriptor,
} from "./descriptors.ts";
import type { DeviceStrings } from "./identity.ts";

/** bRequest (USB 2.0, table 9-4). */
const standardCode = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  setAddress: 5,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

/** What the requests ask about and change. */
interface StandardTarget {
  readonly strings: DeviceStrings;
  /** 0 before the host has configured the device. */
  readonly configuration: number;
  /** Starts the endpoints afresh (USB 2.0, 9.1.1.5). */
  configure(value: number): void;
  /** Undefined when there is no endpoint of that address. */
  isHalted(address: number): boolean | undefined;
  setHalt(address: number, halted: boolean): void;
}

const endpointHalt = 0;

/** The bytes of the data stage, none for a request without one; undefined stalls the request. */
export function answerStandard(setup: Setup, target: StandardTarget): Uint8Array | undefined {
  const recipient = (["device", "interface", "endpoint"] as const)[setup.requestType & 0x1f];
  if (recipient === undefined) return undefined;
  if (recipient === "interface" && (setup.index !== interfaceNumber || target.configuration === 0))
    return undefined;
  return {
    device: answerForDevice,
    interface: answerForInterface,
    endpoint: answerForEndpoint,
  }[recipient](setup, target);
}

const done = new Uint8Array(0);

function answerForDevice(setup: Setup, target: StandardTarget): Uint8Array | undefined {
  switch (setup.request) {
    case standardCode.getStatus:
      return Uint8Array.of(0, 0);
    case standardCode.setAddress:
      return done;
    case standardCode.getDescriptor:
      return descriptorOf(setup, target.strings);
    case standardCode.getConfiguration:
      return Uint8Array.of(target.configuration);
    case standardCode.setConfiguration:
      if (setup.value !== 0 && setup.value !== configurationValue) return undefined;
      target.configure(setup.value);
      return done;
    default:
      return undefined;
  }
}

/** A device of one speed stalls the request for its qualifier (USB 2.0, 9.6.2). */
function descriptorOf(setup: Setup, strings: DeviceStrings): Uint8Array | undefined {
  const index = setup.value & 0xff;
  switch (setup.value >> 8) {
    case descriptorType.device:
      return deviceDescriptor();
    case descriptorType.configuration:
      return index === 0 ? configurationDescriptor() : undefined;
    case descriptorType.string:
      return stringDescriptor(index, strings);
    default:
      return undefined;
  }
}

function answerForInterface(setup: Setup, target: StandardTarget): Uint8Array | undefined {
  switch (setup.request) {
    case standardCode.getStatus:
      return Uint8Array.of(0, 0);
    case standardCode.getInterface:
      return Uint8Array.of(0);
    case standardCode.setInterface:
      if (setup.value !== 0) return undefined;
      target.configure(target.configuration);
      return done;
    default:
      return undefined;
  }
}

function answerForEndpoint(setup: Setup, target: StandardTarget): Uint8Array | undefined {
  const halted = target.isHalted(setup.index);
  if (halted === undefined) return undefined;
  switch (setup.request) {
    case standardCode.getStatus:
      return Uint8Array.of(halted ? 1 : 0, 0);
    case standardCode.clearFeature:
    case standardCode.setFeature:
      if (setup.value !== endpointHalt) return undefined;
      target.setHalt(setup.index, setup.request === standardCode.setFeature);
      return done;
    default:
      return undefined;
  }
}
