/** The bulk endpoints of the emulated board: messages, requests, responses in pieces, and what halts them. */

import { describe, expect, test } from "vitest";
import { attached, fetched, message, request, stall, textIn, unlinked } from "./usbip-bench.ts";

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
    const whole = await fetched(usb, 2);
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
    expect(await fetched(usb, 3)).toBe("1\n");
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
    expect(await fetched(usb, 3)).toBe("0\n");
  });
});

describe("the end of a message", () => {
  test("is EOM: without a line feed it is executed, and a block that lacks bytes never gets them", async () => {
    const { usb } = await attached();
    await usb.out(message(1, "ARR:READ? 0,0,0,1,1,1,0.2,#19abc"));
    await usb.out(message(2, "SYST:ERR?"));
    expect(await fetched(usb, 3)).toMatch(/^-161,/);
  });
});
