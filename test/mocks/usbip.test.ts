/** The emulated board on USB/IP, spoken to by a client of the test over a real socket: listed, imported, unlinked and offended. */

import { describe, expect, test } from "vitest";
import { hostOnUsbip } from "../../mocks/usb/usbip-host.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { benchOf } from "../firmware/bench.ts";
import {
  attached,
  fetched,
  host,
  importWhenFree,
  message,
  request,
  stall,
  textIn,
  unlinked,
} from "./usbip-bench.ts";
import type { UsbipClient } from "./usbip-client.ts";

describe("the list of devices", () => {
  test("has the one board with its ids, its place and its class", async () => {
    const client = await (await host()).client();
    client.operation(0x8005);
    const bytes = await client.take(12 + 312 + 4);
    expect(bytes.toString("hex", 0, 12)).toBe("011100050000000000000001");
    expect(bytes.toString("latin1", 12 + 256, 12 + 256 + 4)).toBe("1-1\0");
    // busnum, devnum, high speed; idVendor, idProduct, bcdDevice; class of the interface; one configuration, one interface.
    expect(bytes.toString("hex", 300, 312)).toBe("000000010000000200000003");
    expect(bytes.toString("hex", 312)).toBe("120900010100000000010101fe030100");
    await client.closed();
    expect(client.unread).toBe(0);
  });

  test("comes also when the request arrives byte by byte", async () => {
    const client = await (await host()).client();
    for (const byte of [0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0]) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.take(328)).length).toBe(328);
  });
});

describe("an import", () => {
  test("is refused for another device, and while somebody has this one", async () => {
    const { client } = await host();
    expect(await (await client()).import("9-9")).toBe(4);
    const first = await client();
    expect(await first.import()).toBe(0);
    const second = await client();
    expect(await second.import()).toBe(2);
    await second.closed();
    expect((await first.control(0x80, 6, 0x0100, 0, 18)).data.length).toBe(18);
    first.socket.destroy();
    expect(await importWhenFree(client)).toBe(0);
  });

  test("begins with a device that is not configured and remembers nothing of the importer before", async () => {
    const { usb, client } = await attached();
    await usb.out(message(1, "*IDN?"));
    usb.socket.destroy();
    const next = await client();
    while ((await next.import().catch(() => 2)) !== 0) throw new Error("still taken");
    expect((await next.control(0x80, 8, 0, 0, 1)).data).toEqual(Buffer.from([0]));
    expect((await next.out(message(1, "*IDN?"))).status).toBe(stall);
    await next.control(0, 9, 1, 0, 0);
    expect((await next.out(request(2))).status).toBe(0);
    const waiting = next.submit(2, { length: 512 });
    expect((await next.out(message(3, "*OPC?"))).status).toBe(0);
    const reply = await next.reply();
    expect([reply.sequence, textIn(reply.data)]).toEqual([waiting, "1\n"]);
  });
});

describe("unlinking", () => {
  test("takes a waiting transfer back, and says when it is too late", async () => {
    const { usb } = await attached();
    const read = usb.submit(2, { length: 512 });
    const unlink = usb.unlink(read);
    expect(await usb.reply()).toMatchObject({ command: 4, sequence: unlink, status: unlinked });
    usb.unlink(read);
    expect((await usb.reply()).status).toBe(0);
    await usb.out(message(1, "*OPC?"));
    expect(await fetched(usb, 2)).toBe("1\n");
  });
});

describe("malformed input closes the connection with a message, and the next importer is served", () => {
  const submit = (changes: readonly (readonly [number, number])[]): Buffer => {
    const header = Buffer.alloc(48);
    for (const [i, value] of [1, 1, 0x00010002, 1, 2, 0, 512].entries()) header.writeUInt32BE(value, 4 * i);
    for (const [at, value] of changes) header.writeUInt32BE(value, at);
    return header;
  };

  test.each<[string, Buffer, RegExp]>([
    ["an unknown command", submit([[0, 9]]), /command 0x9/],
    ["another device", submit([[8, 7]]), /devid is 7/],
    ["a direction that is none", submit([[12, 2]]), /direction is 2/],
    ["endpoint 16", submit([[16, 16]]), /endpoint is 16/],
    [
      "a transfer of 4 GiB",
      submit([
        [12, 0],
        [24, 0xffff_ffff],
      ]),
      /transfer_buffer_length is 4294967295/,
    ],
    [
      "more transfers than it has room for",
      Buffer.concat(Array.from({ length: 1100 }, () => submit([]))),
      /more than 1024/,
    ],
    [
      "random bytes",
      Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"),
      /command 0x47455420/,
    ],
  ])("%s", async (_, bytes, message) => {
    const { usb, notes, client } = await attached();
    usb.socket.write(bytes);
    await usb.closed();
    expect(notes.join()).toMatch(message);
    expect(await importWhenFree(client)).toBe(0);
  });

  test.each<[string, (client: UsbipClient) => void, RegExp]>([
    ["another version", (client) => client.operation(0x8005, Buffer.alloc(0), 0x0106), /version 0x106/],
    ["an unknown operation", (client) => client.operation(0x8006), /operation 0x8006/],
  ])("%s", async (_, send, message) => {
    const { client, notes } = await host();
    const one = await client();
    send(one);
    await one.closed();
    expect(notes.join()).toMatch(message);
  });
});

test("a host does not take a port that is taken, and closes while clients are connected", async () => {
  const { port, client, close } = await host();
  await expect(hostOnUsbip(benchOf().firmware, port, () => {})).rejects.toMatchObject({
    ...labError("USAGE"),
    message: expect.stringContaining(String(port)),
  });
  const one = await client();
  await one.import();
  await close();
  await one.closed();
});
