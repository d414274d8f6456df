/** Takes the bytes out of what a USB library returns. */

import type { InResult } from "./usb-device.ts";

/** @throws Error with the status as WebUSB names it ("stall", "babble") when the transfer did not succeed. */
export function bytesIn({ status = "ok", data }: InResult): Uint8Array {
  if (status !== "ok") throw new Error(`the transfer ended with ${status}`);
  return data === undefined
    ? new Uint8Array(0)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
