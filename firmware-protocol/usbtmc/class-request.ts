/**
 * Class requests on the control endpoint (USBTMC 1.0, 4.2.1, table 15; USB488 1.0, 4.3): what the host puts into the SETUP
 * packet. All of them are device-to-host, and all answers begin with a USBTMC_status (table 16).
 */

/** USBTMC_status (table 16); interruptInBusy is of USB488, 4.3.1. */
export const tmcStatus = {
  success: 0x01,
  pending: 0x02,
  interruptInBusy: 0x20,
  failed: 0x80,
  transferNotInProgress: 0x81,
  splitNotInProgress: 0x82,
  splitInProgress: 0x83,
} as const;

/** bRequest, the recipient, and the length of the answer in bytes. */
export const classRequests = {
  /** 4.2.1.2; wValue is the tag, wIndex the address of the endpoint. */
  initiateAbortBulkOut: { code: 1, recipient: "endpoint", answerBytes: 2 },
  /** 4.2.1.3 */
  checkAbortBulkOutStatus: { code: 2, recipient: "endpoint", answerBytes: 8 },
  /** 4.2.1.4; wValue is the tag, wIndex the address of the endpoint. */
  initiateAbortBulkIn: { code: 3, recipient: "endpoint", answerBytes: 2 },
  /** 4.2.1.5 */
  checkAbortBulkInStatus: { code: 4, recipient: "endpoint", answerBytes: 8 },
  /** 4.2.1.6 */
  initiateClear: { code: 5, recipient: "interface", answerBytes: 1 },
  /** 4.2.1.7 */
  checkClearStatus: { code: 6, recipient: "interface", answerBytes: 2 },
  /** 4.2.1.8 and USB488, 4.2.2 */
  getCapabilities: { code: 7, recipient: "interface", answerBytes: 24 },
  /** USB488, 4.3.1; wValue is a tag from 2 to 127. */
  readStatusByte: { code: 128, recipient: "interface", answerBytes: 3 },
} as const;

export type ClassRequest = keyof typeof classRequests;

/** SETUP fields of USB 2.0, 9.3. `index` is the interface number, or the address of the endpoint. */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

const recipientBits = { interface: 1, endpoint: 2 } as const;
/** D7 device-to-host, D6..5 class (USB 2.0, table 9-2). */
const classIn = 0xa0;

export function classSetup(request: ClassRequest, index: number, value = 0): Setup {
  const { code, recipient, answerBytes } = classRequests[request];
  return {
    requestType: classIn | recipientBits[recipient],
    request: code,
    value,
    index,
    length: answerBytes,
  };
}

/** The class request that a SETUP packet is, or undefined when it is none that is known. */
export function classRequestOf(setup: Setup): ClassRequest | undefined {
  return names.find((name) => {
    const { code, recipient } = classRequests[name];
    return setup.request === code && setup.requestType === (classIn | recipientBits[recipient]);
  });
}

const isName = (name: string): name is ClassRequest => name in classRequests;
const names: readonly ClassRequest[] = Object.keys(classRequests).filter(isName);
