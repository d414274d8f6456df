/** An emulated board on USB/IP and a client that has imported it, and what is said on its bulk endpoints. */

import { expect, onTestFinished } from "vitest";
import { encodeBulkOutHeader, encodeDeviceMessage } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { hostOnUsbip } from "../../mocks/usb/usbip-host.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { benchOf } from "../firmware/bench.ts";
import { UsbipClient } from "./usbip-client.ts";

export const stall = -32;
export const unlinked = -104;

export async function host() {
  const notes: string[] = [];
  const served = await hostOnUsbip(benchOf().firmware, 0, (text) => notes.push(text));
  onTestFinished(() => served.close());
  return { ...served, notes, client: () => UsbipClient.to(served.port) };
}

/** Imported and configured, as after the kernel has found it. */
export async function attached() {
  const served = await host();
  const client = await served.client();
  expect(await client.import()).toBe(0);
  expect((await client.control(0, 9, 1, 0, 0)).status).toBe(0);
  return { ...served, usb: client };
}

export const request = (tag: number, size = 4096): Uint8Array =>
  encodeBulkOutHeader({ kind: "request", tag, size });
export const message = (tag: number, text: string): Uint8Array =>
  encodeDeviceMessage(tag, bytesOf(text), true);
export const textIn = (data: Buffer): string => data.toString("latin1", 12, 12 + data.readUInt32LE(4));

/** The host learns of a closed client a moment after the client. */
export async function importWhenFree(client: () => Promise<UsbipClient>): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = await (await client()).import();
    if (status !== 2) return status;
  }
  return 2;
}

/** Requests what the board has to say, under that tag, and gives it. */
export async function fetched(usb: UsbipClient, tag: number): Promise<string> {
  await usb.out(request(tag));
  return textIn((await usb.in(512)).data);
}
