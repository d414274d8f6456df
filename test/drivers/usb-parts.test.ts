/** The parts of the USB driver that decide without waiting. */

import { describe, expect, test } from "vitest";
import { tmcInterfaceOf } from "../../drivers/usb/endpoints.ts";
import {
  type Exchange,
  messageSent,
  nextStep,
  quiet,
  requestSent,
  transferEnded,
} from "../../drivers/usb/exchange.ts";
import { acceptPiece, beginInTransfer, canEnd, nextLength } from "../../drivers/usb/in-transfer.ts";
import { repliesOwed } from "../../drivers/usb/replies-owed.ts";
import { bytesIn } from "../../drivers/usb/transfer-result.ts";
import { openFailure, transferFailure, troubleOf } from "../../drivers/usb/trouble.ts";
import { udevRule } from "../../drivers/usb/udev-rule.ts";
import { encodeBulkInHeader } from "../../firmware-protocol/usbtmc/bulk-in.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import { bytesOf, concatBytes } from "../../src/core/bytes.ts";
import { labError } from "./scripted-transport.ts";

describe("replies that a write calls for", () => {
  test.each([
    ["*IDN?\n", 1],
    ["*IDN?", 1],
    ["*CLS\n", 0],
    ["\n*IDN?\n", 1],
    ["*CLS\n*IDN?\n*OPC?\n", 2],
    ["*IDN?;*OPC?\n", 1],
    ['DISP "why?"\n', 0],
    ["ARR:PULS 1,#13?\n?\n", 0],
    ["ARR:PULS? 1,#13?\n?\n", 1],
    // What our grammar does not know may be a query to somebody else.
    ["MEAS? #HFF\n", 1],
    ["#9999999999 *IDN?\n", 1],
    ["#0 nothing asked\n", 0],
    ["", 0],
  ])("%j: %i", (text, count) => expect(repliesOwed(bytesOf(text))).toBe(count));
});

describe("the order of messages and requests", () => {
  const states: Exchange[] = [0, 1, 2, 64].flatMap((owed) => [
    { owed, requested: false },
    { owed, requested: true },
  ]);

  test("no message is sent while a reply is owed that is not requested, and one request is outstanding at most", () => {
    for (const state of states) {
      for (const waiting of [0, 1, 256]) {
        const step = nextStep(state, waiting);
        if (step === "send") expect(state.owed === 0 || state.requested, JSON.stringify(state)).toBe(true);
        if (step === "request") expect(state.requested).toBe(false);
        if (step === "wait") expect(waiting === 0 && (state.owed === 0 || state.requested)).toBe(true);
      }
    }
  });

  test("a query, its request and its reply in two transfers leave nothing behind", () => {
    const asked = messageSent(quiet, 1);
    expect(nextStep(asked, 1)).toBe("request");
    const requested = requestSent(asked);
    expect(nextStep(requested, 1)).toBe("send");
    const half = transferEnded(requested, false);
    expect(nextStep(half, 1)).toBe("request");
    expect(transferEnded(requestSent(half), true)).toEqual(quiet);
  });

  test("a query that nobody answers does not hold up the ones after it", () => {
    let state = requestSent(messageSent(quiet, 1));
    for (let n = 0; n < 3; n++) {
      expect(nextStep(state, 1)).toBe("send");
      state = transferEnded(messageSent(state, 1), true);
      expect(nextStep(state, 1)).toBe("request");
      state = requestSent(state);
    }
    expect(state.owed).toBe(1);
  });
});

describe("a Bulk-IN transfer", () => {
  const packet = 64;
  const wire = (size: number, padding: number): Uint8Array => {
    const header = encodeBulkInHeader({ tag: 5, size, endOfMessage: true, endsWithTerminator: false });
    return concatBytes([header, new Uint8Array(size).fill(7), new Uint8Array(padding)]);
  };

  /** Reads as a USB library does: a piece is as long as asked for, or shorter and the last. */
  function received(
    bytes: Uint8Array,
    zeroPacket: boolean,
  ): { data: number; ended: boolean; reads: number[] } {
    let transfer = beginInTransfer(5, 4096, packet);
    const reads: number[] = [];
    const data: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const length = nextLength(transfer);
      reads.push(length);
      const piece = bytes.subarray(at, at + length);
      at += piece.length;
      if (piece.length === 0 && !zeroPacket) {
        expect(canEnd(transfer)).toBe(true);
        return { data: concatBytes(data).length, ended: false, reads };
      }
      const accepted = acceptPiece(transfer, piece);
      transfer = accepted.transfer;
      expect(accepted.data.every((byte) => byte === 7)).toBe(true);
      data.push(accepted.data);
      if (accepted.ended) return { data: concatBytes(data).length, ended: true, reads };
    }
  }

  test("of every size comes out whole, with each alignment, with and without a packet of no bytes at its end", () => {
    for (let size = 1; size <= 4 * packet; size++) {
      for (let padding = 0; padding <= 3; padding++) {
        const whole = wire(size, padding);
        expect(received(whole, true), `${size}+${padding}`).toMatchObject({ data: size, ended: true });
        expect(received(whole, false).data).toBe(size);
      }
    }
  });

  test("is read by one packet first and then as a whole", () => {
    expect(received(wire(40, 0), true).reads).toEqual([64]);
    expect(received(wire(1000, 0), true).reads).toEqual([64, 960]);
    expect(received(wire(52, 0), true).reads).toEqual([64, 64]);
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["less than a header", wire(4, 0).subarray(0, 11)],
    ["less than its TransferSize", wire(40, 0).subarray(0, 30)],
    ["more than alignment after its data", wire(8, 4)],
    ["more than was asked for", wire(4097, 0).subarray(0, packet)],
    ["another tag", Uint8Array.from(wire(8, 0), (byte, at) => (at === 1 ? 6 : at === 2 ? 0xf9 : byte))],
    ["text", bytesOf("pcmlab,TINY,1,1\n")],
  ])("of %s is a fault", (_, piece) =>
    expect(() => acceptPiece(beginInTransfer(5, 4096, packet), piece)).toThrow(UsbtmcFault),
  );
});

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (failure) {
    return failure;
  }
}

describe("what the usb package says", () => {
  test.each([
    ["open error: failed to open device (errno 13)", "permission"],
    ["LIBUSB_ERROR_ACCESS", "permission"],
    ["claimInterface error: interface is busy (errno 16)", "busy"],
    ["transferIn error: Cancelled", "timeout"],
    ["transferOut error: Stall", "stall"],
    ["controlTransferIn error: endpoint stalled", "stall"],
    ["transferIn error: Disconnected", "gone"],
    ["controlTransferIn error: device disconnected", "gone"],
    ["transferIn error: Fault", "other"],
  ])("%s", (text, trouble) => expect(troubleOf(new Error(text))).toBe(trouble));

  test("becomes an error with what to do next", () => {
    const opening = (text: string) => openFailure("USB0::1::INSTR", 0x1209, 1, new Error(text));
    expect(opening("open error: errno 13")).toMatchObject({
      ...labError("PORT_PERMISSION"),
      next: expect.stringContaining('ATTR{idVendor}=="1209", ATTR{idProduct}=="0001"'),
    });
    expect(opening("interface is busy (errno 16)")).toMatchObject(labError("PORT_BUSY"));
    expect(opening("device disconnected")).toMatchObject(labError("PORT_MISSING"));
    expect(opening("odd")).toMatchObject(labError("PORT_MISSING"));
    const moving = (text: string) => transferFailure("USB0::1::INSTR", "reading from", new Error(text));
    expect(moving("Stall")).toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringContaining("stalled"),
    });
    expect(moving("Disconnected")).toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringContaining("unplugged"),
    });
    expect(moving("Cancelled")).toMatchObject(labError("NO_ANSWER"));
    expect(moving("Fault")).toMatchObject(labError("LINK_LOST"));
  });

  test.each([
    ["stall", "stall", "stalled"],
    ["babble", "other", "ended with babble"],
  ])("as the status %s of what came is trouble, not data", (status, trouble, message) => {
    const cause = failureOf(() => bytesIn({ status, data: new DataView(new ArrayBuffer(4)) }));
    expect(troubleOf(cause)).toBe(trouble);
    expect(transferFailure("USB0::1::INSTR", "reading from", cause)).toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringContaining(message),
    });
  });

  test("the udev rule names both ids in four digits", () => {
    expect(udevRule(0x1209, 0x0001)).toBe(
      'SUBSYSTEM=="usb", ATTR{idVendor}=="1209", ATTR{idProduct}=="0001", MODE="0660", GROUP="plugdev", TAG+="uaccess"',
    );
  });
});

describe("the interface of a device", () => {
  const bulk = (endpointNumber: number, direction: "in" | "out", packetSize = 512) =>
    ({ endpointNumber, direction, type: "bulk", packetSize }) as const;
  const setting = (interfaceClass: number, endpoints: readonly ReturnType<typeof bulk>[]) => ({
    interfaceClass,
    interfaceSubclass: 3,
    interfaceProtocol: 1,
    endpoints,
  });
  const of = (...alternates: ReturnType<typeof setting>[]) => ({
    configurationValue: 1,
    interfaces: alternates.map((alternate, interfaceNumber) => ({ interfaceNumber, alternate })),
  });

  test("is the first of class USBTMC, or the one that is named", () => {
    const configuration = of(
      setting(2, []),
      setting(0xfe, [bulk(4, "out"), bulk(3, "in", 64)]),
      setting(0xfe, [bulk(5, "out"), bulk(6, "in")]),
    );
    expect(tmcInterfaceOf(configuration, "board")).toEqual({
      interfaceNumber: 1,
      outEndpoint: 4,
      inEndpoint: 3,
      inPacketBytes: 64,
      interruptEndpoint: undefined,
    });
    expect(tmcInterfaceOf(configuration, "board", 2).outEndpoint).toBe(5);
  });

  test.each([
    ["no configuration", null],
    ["no interface of the class", of(setting(2, [bulk(1, "out"), bulk(2, "in")]))],
    ["no Bulk-IN endpoint", of(setting(0xfe, [bulk(1, "out")]))],
    ["packets smaller than a header", of(setting(0xfe, [bulk(1, "out"), bulk(2, "in", 8)]))],
  ])("with %s is NOT_OURS", (_, configuration) =>
    expect(() => tmcInterfaceOf(configuration, "board")).toThrow(
      expect.objectContaining(labError("NOT_OURS")),
    ),
  );
});
