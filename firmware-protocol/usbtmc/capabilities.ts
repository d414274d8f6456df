/** GET_CAPABILITIES (USBTMC 1.0, 4.2.1.8; USB488 1.0, 4.2.2): what an interface can do. */

import { classRequests, tmcStatus } from "./class-request.ts";
import { expectLength, UsbtmcFault } from "./fault.ts";

export interface Capabilities {
  readonly listenOnly: boolean;
  readonly talkOnly: boolean;
  /** INDICATOR_PULSE. */
  readonly indicatorPulse: boolean;
  /** A transfer can end at a TermChar. */
  readonly terminator: boolean;
  /** TRIGGER messages are taken (USB488). */
  readonly trigger: boolean;
  /** REN_CONTROL, GO_TO_LOCAL and LOCAL_LOCKOUT are taken (USB488). */
  readonly remoteLocal: boolean;
  /** The interface keeps all of IEEE 488.2 (USB488). */
  readonly ieee4882: boolean;
  /** The mandatory SCPI commands are understood (USB488). */
  readonly scpi: boolean;
  /** Service requests are reported on an interrupt endpoint (USB488). */
  readonly serviceRequest: boolean;
}

/** bcdUSBTMC and bcdUSB488: release 1.00. */
const release = 0x0100;

export function encodeCapabilities(can: Capabilities): Uint8Array {
  const bytes = new Uint8Array(classRequests.getCapabilities.answerBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, tmcStatus.success);
  view.setUint16(2, release, true);
  view.setUint8(4, bits(can.listenOnly, can.talkOnly, can.indicatorPulse));
  view.setUint8(5, bits(can.terminator));
  view.setUint16(12, release, true);
  view.setUint8(14, bits(can.trigger, can.remoteLocal, can.ieee4882));
  view.setUint8(15, bits(can.trigger, can.remoteLocal, can.serviceRequest, can.scpi));
  return bytes;
}

/** Bits that later releases may set are ignored, as 4.2.1.8 asks. @throws UsbtmcFault. */
export function decodeCapabilities(bytes: Uint8Array): Capabilities {
  expectLength(bytes, classRequests.getCapabilities.answerBytes, "the answer to GET_CAPABILITIES");
  if (bytes[0] !== tmcStatus.success) throw new UsbtmcFault(`GET_CAPABILITIES ended with status ${bytes[0]}`);
  const has = (at: number, bit: number): boolean => (((bytes[at] ?? 0) >> bit) & 1) === 1;
  return {
    listenOnly: has(4, 0),
    talkOnly: has(4, 1),
    indicatorPulse: has(4, 2),
    terminator: has(5, 0),
    trigger: has(14, 0),
    remoteLocal: has(14, 1),
    ieee4882: has(14, 2),
    serviceRequest: has(15, 2),
    scpi: has(15, 3),
  };
}

/** Flag i becomes bit i. */
const bits = (...flags: boolean[]): number =>
  flags.reduce((sum, flag, bit) => sum | (flag ? 1 << bit : 0), 0);
