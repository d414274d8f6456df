/** The emulated board on USB/IP, spoken to by a client of the test over a real socket. */

import { describe, expect, onTestFinished, test } from "vitest";
import { encodeBulkOutHeader, encodeDeviceMessage } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { hostOnUsbip } from "../../mocks/usb/usbip-host.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { benchOf } from "../firmware/bench.ts";
import { UsbipClient } from "./usbip-client.ts";

const stall = -32;
const unlinked = -104;

async function host() {
  const notes: string[] = [];
  const served = await hostOnUsbip(benchOf().firmware, 0, (text) => notes.push(text));
  onTestFinished(() => served.close());
  return { ...served, notes, client: () => UsbipClient.to(served.port) };
}

/** Imported and configured, as after the kernel has found it. */
async function attached() {
  const served = await host();
  const client = await served.client();
  expect(await client.import()).toBe(0);
  expect((await client.control(0, 9, 1, 0, 0)).status).toBe(0);
  return { ...served, usb: client };
}

const request = (tag: number, size = 4096): Uint8Array => encodeBulkOutHeader({ kind: "request", tag, size });
const message = (tag: number, text: string): Uint8Array => encodeDeviceMessage(tag, bytesOf(text), true);
const textIn = (data: Buffer): string => data.toString("latin1", 12, 12 + data.readUInt32LE(4));

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

/** The host learns of a closed client a moment after the client. */
async function importWhenFree(client: () => Promise<UsbipClient>): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = await (await client()).import();
    if (status !== 2) return status;
  }
  return 2;
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
    expect((await usb.control(0x80, 6, 0x0300, 0, 255)).data.toString("hex")).toBe("04030904");
    const serial = await usb.control(0x80, 6, 0x0303, 0x0409, 255);
    expect(serial.data.toString("utf16le", 2)).toMatch(/^[ -~]+$/);
    for (const [value, index] of [
      [0x0304, 0x0409],
      [0x0600, 0],
      [0x0201, 0],
    ] as const)
      expect((await usb.control(0x80, 6, value, index, 255)).status).toBe(stall);
  });

  test("report and change status, configuration, interface and halts", async () => {
    const { usb } = await attached();
    const bytes = async (...args: Parameters<UsbipClient["control"]>): Promise<string> => {
      const reply = await usb.control(...args);
      return reply.status === 0 ? reply.data.toString("hex") : `status ${reply.status}`;
    };
    expect(await bytes(0x80, 0, 0, 0, 2)).toBe("0000");
    expect(await bytes(0x80, 8, 0, 0, 1)).toBe("01");
    expect(await bytes(0x81, 0, 0, 0, 2)).toBe("0000");
    expect(await bytes(0x81, 10, 0, 0, 1)).toBe("00");
    expect(await bytes(0x81, 10, 0, 1, 1)).toBe("status -32");
    expect(await bytes(0x82, 0, 0, 0x82, 2)).toBe("0000");
    expect(await bytes(0x02, 3, 0, 0x82, 0)).toBe("");
    expect(await bytes(0x82, 0, 0, 0x82, 2)).toBe("0100");
    expect((await usb.in(512)).status).toBe(stall);
    expect(await bytes(0x02, 1, 0, 0x82, 0)).toBe("");
    expect(await bytes(0x82, 0, 0, 0x82, 2)).toBe("0000");
    expect(await bytes(0x82, 0, 0, 0x03, 2)).toBe("status -32");
    expect(await bytes(0x00, 9, 2, 0, 0)).toBe("status -32");
    expect(await bytes(0x01, 11, 1, 0, 0)).toBe("status -32");
    expect(await bytes(0x00, 5, 7, 0, 0)).toBe("");
    expect(await bytes(0x80, 77, 0, 0, 2)).toBe("status -32");
    expect(await bytes(0xc0, 1, 0, 0, 2)).toBe("status -32");
  });
});

describe("the bulk endpoints", () => {
  test("carry a query and its answer, whichever of request, read and query comes first", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "*IDN?\n"));
    await usb.out(request(2));
    const first = await usb.in(512);
    expect(first.data.toString("hex", 0, 4)).toBe("0202fd00");
    expect(first.data[8]).toBe(1);
    const identification = textIn(first.data);
    expect(identification).toMatch(/^[^,]+,[^,]+,[^,]+,[^,]+\n$/);
    const read = usb.submit(2, { length: 512 });
    await usb.out(request(3));
    usb.submit(1, { out: message(4, "*IDN?") });
    const replies = [await usb.reply(), await usb.reply()];
    const reply = replies.find(({ sequence }) => sequence === read);
    expect(reply === undefined ? "" : textIn(reply.data)).toBe(identification);
  });

  test("give a response in the pieces that are requested, EOM on the last", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "*IDN?"));
    await usb.out(request(2));
    const whole = textIn((await usb.in(512)).data);
    await usb.out(message(3, "*IDN?"));
    let text = "";
    for (let tag = 4; ; tag++) {
      await usb.out(request(tag, 7));
      const { data } = await usb.in(512);
      expect(data[1]).toBe(tag);
      expect(data.length % 4).toBe(0);
      text += textIn(data);
      if (data[8] === 1) break;
      expect(textIn(data)).toHaveLength(7);
    }
    expect(text).toBe(whole);
  });

  test("end a transfer of whole packets with a packet of no bytes", async () => {
    const { usb } = await attached();
    await usb.out(message(1, Array.from({ length: 40 }, () => "*IDN?").join(";")));
    await usb.out(request(2, 500));
    expect((await usb.in(512)).actualLength).toBe(512);
    expect((await usb.in(512)).actualLength).toBe(0);
    await usb.out(request(3, 500));
    expect((await usb.in(1024)).actualLength).toBe(512);
    const read = usb.submit(2, { length: 512 });
    await usb.out(request(4, 1000));
    expect(await usb.reply()).toMatchObject({ sequence: read, status: 0 });
  });

  test("refuse a transfer that does not fit into what the host offers", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "*IDN?"));
    await usb.out(request(2));
    expect((await usb.in(20)).status).toBe(-75);
  });

  test.each([
    ["text", Buffer.from("*IDN?\n")],
    ["a wrong inverse of the tag", Buffer.from("0101ff000600000001000000", "hex")],
    ["an unknown MsgID", Buffer.from("0301fe000600000001000000", "hex")],
    ["a trigger, which it does not take", Buffer.from("8001fe000000000000000000", "hex")],
    ["a TransferSize of 0", Buffer.from("0101fe000000000001000000", "hex")],
    ["less data than its TransferSize", Buffer.from("0101fe00ff000000010000002a49444e", "hex")],
    ["data without alignment", Buffer.from("0101fe0002000000010000002a49", "hex")],
  ])("halt on %s until the host clears the halt", async (_, garbage) => {
    const { usb } = await attached();
    expect((await usb.out(garbage)).status).toBe(stall);
    expect((await usb.out(message(1, "*OPC?"))).status).toBe(stall);
    await usb.control(0x02, 1, 0, 0x01, 0);
    expect((await usb.out(message(2, "*OPC?"))).status).toBe(0);
    await usb.out(request(3));
    expect(textIn((await usb.in(512)).data)).toBe("1\n");
  });

  test("halt the input on a second request while one is in progress", async () => {
    const { usb } = await attached();
    await usb.out(request(1));
    await usb.out(request(2));
    expect((await usb.in(512)).status).toBe(stall);
  });

  test("hold no more bytes for a client that fetches nothing than there is memory for", async () => {
    const { usb, notes } = await attached();
    for (let n = 0; n < 64; n++) await usb.out(message(1, "*OPC?"));
    const large = new Uint8Array(12 << 20);
    for (let n = 0; n < 3; n++) usb.submit(1, { out: large });
    await usb.closed();
    expect(notes.join()).toMatch(/more than 33554432 bytes under way/);
  });

  test("take no more messages than there is room for responses, and go on when they are fetched", async () => {
    const { usb } = await attached();
    for (let n = 0; n < 64; n++) await usb.out(message(1, "*OPC?"));
    const held = usb.submit(1, { out: message(1, "*ESE 5;*ESE?") });
    expect((await usb.control(0x80, 8, 0, 0, 1)).status).toBe(0);
    usb.unlink(held);
    expect((await usb.reply()).status).toBe(unlinked);
    await usb.control(0xa1, 5, 0, 0, 1);
    await usb.control(0x02, 1, 0, 0x01, 0);
    await usb.out(message(2, "*ESE?"));
    await usb.out(request(3));
    expect(textIn((await usb.in(512)).data)).toBe("0\n");
  });
});

describe("class requests", () => {
  test("give capabilities and the status byte", async () => {
    const { usb } = await attached();
    expect((await usb.control(0xa1, 7, 0, 0, 24)).data.toString("hex")).toBe(
      "010000010001000000000000000100080000000000000000",
    );
    await usb.out(message(1, "NONSENSE;*IDN?"));
    // Error queue (4) and message available (16).
    expect((await usb.control(0xa1, 128, 2, 0, 3)).data.toString("hex")).toBe("010214");
    expect((await usb.control(0xa1, 128, 1, 0, 3)).data.toString("hex")).toBe("800100");
    expect((await usb.control(0xa1, 64, 0, 0, 1)).status).toBe(stall);
    expect((await usb.control(0xa1, 7, 0, 1, 24)).status).toBe(stall);
    expect((await usb.control(0xa2, 1, 1, 0x82, 2)).status).toBe(stall);
  });

  test("abort a Bulk-OUT transfer: what came of its message is forgotten", async () => {
    const { usb } = await attached();
    expect((await usb.control(0xa2, 1, 1, 0x01, 2)).data.toString("hex")).toBe("8000");
    const large = encodeDeviceMessage(7, bytesOf(`*ESE 77;${" ".repeat(2000)}\n`), true);
    await usb.out(large.subarray(0, 1024));
    expect((await usb.control(0xa2, 1, 8, 0x01, 2)).data.toString("hex")).toBe("8107");
    expect((await usb.control(0xa2, 1, 7, 0x01, 2)).data.toString("hex")).toBe("0107");
    expect((await usb.control(0xa2, 2, 0, 0x01, 8)).data.toString("hex")).toBe("01000000f4030000");
    expect((await usb.out(message(9, "*ESE?"))).status).toBe(stall);
    await usb.control(0x02, 1, 0, 0x01, 0);
    await usb.out(message(9, "*ESE?;SYST:ERR:COUN?"));
    await usb.out(request(10));
    expect(textIn((await usb.in(512)).data)).toBe("0;0\n");
  });

  test("abort a Bulk-IN transfer: it ends with a short packet, and a response that was not begun stays", async () => {
    const { usb } = await attached();
    expect((await usb.control(0xa2, 3, 1, 0x82, 2)).data.toString("hex")).toBe("8000");
    await usb.out(request(2));
    const read = usb.submit(2, { length: 512 });
    expect((await usb.control(0xa2, 3, 9, 0x82, 2)).data.toString("hex")).toBe("8102");
    usb.submit(0, { setup: [0xa2, 3, 2, 0, 0x82, 0, 2, 0], length: 2 });
    const replies = [await usb.reply(), await usb.reply()];
    expect(replies.find(({ sequence }) => sequence === read)).toMatchObject({ status: 0, actualLength: 0 });
    expect((await usb.control(0xa2, 4, 0, 0x82, 8)).data.toString("hex")).toBe("0100000000000000");
    await usb.out(message(3, "*OPC?"));
    await usb.out(request(4));
    await usb.control(0xa2, 3, 4, 0x82, 2);
    expect((await usb.control(0xa2, 4, 0, 0x82, 8)).data.toString("hex")).toBe("0201000000000000");
    expect((await usb.in(512)).actualLength).toBe(0);
    await usb.out(request(5));
    expect(textIn((await usb.in(512)).data)).toBe("1\n");
  });

  test("clear both directions", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "*IDN?"));
    await usb.out(request(2));
    await usb.out(encodeDeviceMessage(3, bytesOf("*ESE 3;ARR:READ? #3"), false));
    expect((await usb.control(0xa1, 5, 0, 0, 1)).data.toString("hex")).toBe("01");
    expect((await usb.out(message(4, "*OPC?"))).status).toBe(stall);
    expect((await usb.control(0xa1, 6, 0, 0, 2)).data.toString("hex")).toBe("0100");
    await usb.control(0x02, 1, 0, 0x01, 0);
    await usb.out(message(5, "*ESE?;SYST:ERR:COUN?"));
    await usb.out(request(6));
    expect(textIn((await usb.in(512)).data)).toBe("0;0\n");
  });
});

describe("the end of a message", () => {
  test("is EOM: without a line feed it is executed, and a block that lacks bytes never gets them", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "ARR:READ? 0,0,0,1,1,1,0.2,#19abc"));
    await usb.out(message(2, "SYST:ERR?"));
    await usb.out(request(3));
    expect(textIn((await usb.in(512)).data)).toMatch(/^-161,/);
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
    await usb.out(request(2));
    expect(textIn((await usb.in(512)).data)).toBe("1\n");
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
