/** The control endpoint of the emulated board: standard requests of USB, class requests of USBTMC. */

import { describe, expect, test } from "vitest";
import { encodeDeviceMessage } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { attached, fetched, message, request, stall } from "./usbip-bench.ts";
import type { UsbipClient } from "./usbip-client.ts";

/** What a control transfer brings, in hexadecimal; "stall" when it halts. */
async function answer(usb: UsbipClient, ...setup: Parameters<UsbipClient["control"]>): Promise<string> {
  const { status, data } = await usb.control(...setup);
  return status === stall ? "stall" : data.toString("hex");
}

describe("standard requests", () => {
  test("give the descriptors of a USB488 board with its serial number", async () => {
    const { usb } = await attached();
    const device = await usb.control(0x80, 6, 0x0100, 0, 64);
    expect(device.data.toString("hex")).toBe("120100020000004009120100000101020301");
    const configuration = await usb.control(0x80, 6, 0x0200, 0, 9);
    expect(configuration.data.toString("hex")).toBe("0902200001010080" + "32");
    const whole = await usb.control(0x80, 6, 0x0200, 0, 255);
    expect(whole.data.length).toBe(whole.data.readUInt16LE(2));
    expect(whole.data.toString("hex", 9)).toBe("0904000002fe030100" + "07050102000200" + "07058202000200");
    expect(await answer(usb, 0x80, 6, 0x0300, 0, 255)).toBe("04030904");
    const serial = await usb.control(0x80, 6, 0x0303, 0x0409, 255);
    expect(serial.data.toString("utf16le", 2)).toMatch(/^[ -~]+$/);
    for (const [value, index] of [
      [0x0304, 0x0409],
      [0x0600, 0],
      [0x0201, 0],
    ] as const)
      expect(await answer(usb, 0x80, 6, value, index, 255)).toBe("stall");
  });

  test("report and change status, configuration, interface and halts", async () => {
    const { usb } = await attached();
    expect(await answer(usb, 0x80, 0, 0, 0, 2)).toBe("0000");
    expect(await answer(usb, 0x80, 8, 0, 0, 1)).toBe("01");
    expect(await answer(usb, 0x81, 0, 0, 0, 2)).toBe("0000");
    expect(await answer(usb, 0x81, 10, 0, 0, 1)).toBe("00");
    expect(await answer(usb, 0x81, 10, 0, 1, 1)).toBe("stall");
    expect(await answer(usb, 0x82, 0, 0, 0x82, 2)).toBe("0000");
    expect(await answer(usb, 0x02, 3, 0, 0x82, 0)).toBe("");
    expect(await answer(usb, 0x82, 0, 0, 0x82, 2)).toBe("0100");
    expect((await usb.in(512)).status).toBe(stall);
    expect(await answer(usb, 0x02, 1, 0, 0x82, 0)).toBe("");
    expect(await answer(usb, 0x82, 0, 0, 0x82, 2)).toBe("0000");
    expect(await answer(usb, 0x82, 0, 0, 0x03, 2)).toBe("stall");
    expect(await answer(usb, 0x00, 9, 2, 0, 0)).toBe("stall");
    expect(await answer(usb, 0x01, 11, 1, 0, 0)).toBe("stall");
    expect(await answer(usb, 0x00, 5, 7, 0, 0)).toBe("");
    expect(await answer(usb, 0x80, 77, 0, 0, 2)).toBe("stall");
    expect(await answer(usb, 0xc0, 1, 0, 0, 2)).toBe("stall");
  });
});

describe("class requests", () => {
  test("give capabilities and the status byte", async () => {
    const { usb } = await attached();
    expect(await answer(usb, 0xa1, 7, 0, 0, 24)).toBe("010000010001000000000000000100080000000000000000");
    await usb.out(message(1, "NONSENSE;*IDN?"));
    // Error queue (4) and message available (16).
    expect(await answer(usb, 0xa1, 128, 2, 0, 3)).toBe("010214");
    expect(await answer(usb, 0xa1, 128, 1, 0, 3)).toBe("800100");
    expect(await answer(usb, 0xa1, 64, 0, 0, 1)).toBe("stall");
    expect(await answer(usb, 0xa1, 7, 0, 1, 24)).toBe("stall");
    expect(await answer(usb, 0xa2, 1, 1, 0x82, 2)).toBe("stall");
  });

  test("abort a Bulk-OUT transfer: what came of its message is forgotten", async () => {
    const { usb } = await attached();
    expect(await answer(usb, 0xa2, 1, 1, 0x01, 2)).toBe("8000");
    const large = encodeDeviceMessage(7, bytesOf(`*ESE 77;${" ".repeat(2000)}\n`), true);
    await usb.out(large.subarray(0, 1024));
    expect(await answer(usb, 0xa2, 1, 8, 0x01, 2)).toBe("8107");
    expect(await answer(usb, 0xa2, 1, 7, 0x01, 2)).toBe("0107");
    expect(await answer(usb, 0xa2, 2, 0, 0x01, 8)).toBe("01000000f4030000");
    expect((await usb.out(message(9, "*ESE?"))).status).toBe(stall);
    await usb.control(0x02, 1, 0, 0x01, 0);
    await usb.out(message(9, "*ESE?;SYST:ERR:COUN?"));
    expect(await fetched(usb, 10)).toBe("0;0\n");
  });

  test("abort a Bulk-IN transfer: it ends with a short packet, and a response that was not begun stays", async () => {
    const { usb } = await attached();
    expect(await answer(usb, 0xa2, 3, 1, 0x82, 2)).toBe("8000");
    await usb.out(request(2));
    const read = usb.submit(2, { length: 512 });
    expect(await answer(usb, 0xa2, 3, 9, 0x82, 2)).toBe("8102");
    usb.submit(0, { setup: [0xa2, 3, 2, 0, 0x82, 0, 2, 0], length: 2 });
    const replies = [await usb.reply(), await usb.reply()];
    expect(replies.find(({ sequence }) => sequence === read)).toMatchObject({ status: 0, actualLength: 0 });
    expect(await answer(usb, 0xa2, 4, 0, 0x82, 8)).toBe("0100000000000000");
    await usb.out(message(3, "*OPC?"));
    await usb.out(request(4));
    await usb.control(0xa2, 3, 4, 0x82, 2);
    expect(await answer(usb, 0xa2, 4, 0, 0x82, 8)).toBe("0201000000000000");
    expect((await usb.in(512)).actualLength).toBe(0);
    expect(await fetched(usb, 5)).toBe("1\n");
  });

  test("clear both directions", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "*IDN?"));
    await usb.out(request(2));
    await usb.out(encodeDeviceMessage(3, bytesOf("*ESE 3;ARR:READ? #3"), false));
    expect(await answer(usb, 0xa1, 5, 0, 0, 1)).toBe("01");
    expect((await usb.out(message(4, "*OPC?"))).status).toBe(stall);
    expect(await answer(usb, 0xa1, 6, 0, 0, 2)).toBe("0100");
    await usb.control(0x02, 1, 0, 0x01, 0);
    await usb.out(message(5, "*ESE?;SYST:ERR:COUN?"));
    expect(await fetched(usb, 6)).toBe("0;0\n");
  });
});
