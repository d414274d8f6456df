/** What a USB library returns of a transfer, which may say that it did not succeed: the bytes of a good one, or its trouble. */

import { TransferTrouble } from "./trouble.ts";
import type { InResult, OutResult } from "./usb-device.ts";

/** @throws TransferTrouble, which `transferFailure` turns into an error for users. */
export function bytesIn({ status = "ok", data }: InResult): Uint8Array {
  assertOk(status);
  return data === undefined
    ? new Uint8Array(0)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** @throws TransferTrouble when the endpoint took less than so many bytes. */
export function assertSent({ status = "ok", bytesWritten }: OutResult, bytes: number): void {
  assertOk(status);
  if (bytesWritten !== bytes)
    throw new TransferTrouble("other", `${bytesWritten} of ${bytes} bytes were sent`);
}

/** @param status as WebUSB names it: "ok", "stall" or "babble". */
function assertOk(status: string): void {
  if (status !== "ok")
    throw new TransferTrouble(status === "stall" ? "stall" : "other", `the transfer ended with ${status}`);
}
