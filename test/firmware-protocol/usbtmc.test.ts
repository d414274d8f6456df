import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBulkInHeader, encodeBulkInHeader } from "../../firmware-protocol/usbtmc/bulk-in.ts";
import {
  alignedSize,
  type BulkOutHeader,
  decodeBulkOutHeader,
  encodeBulkOutHeader,
  encodeDeviceMessage,
} from "../../firmware-protocol/usbtmc/bulk-out.ts";
import {
  type Capabilities,
  decodeCapabilities,
  encodeCapabilities,
} from "../../firmware-protocol/usbtmc/capabilities.ts";
import {
  decodeAbort,
  decodeAbortStatus,
  decodeClear,
  decodeClearStatus,
  decodeStatusByte,
  decodeStatusNotification,
  encodeAbort,
  encodeAbortStatus,
  encodeClear,
  encodeClearStatus,
  encodeStatusByte,
  expectSuccess,
} from "../../firmware-protocol/usbtmc/class-answer.ts";
import {
  classRequestOf,
  classRequests,
  classSetup,
  tmcStatus,
} from "../../firmware-protocol/usbtmc/class-request.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import { inverseTag, nextStatusTag, nextTag } from "../../firmware-protocol/usbtmc/tag.ts";
import { bytesOf } from "../../src/core/bytes.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

const headers: readonly (readonly [string, BulkOutHeader])[] = [
  ["0101fe000600000001000000", { kind: "device-message", tag: 1, size: 6, endOfMessage: true }],
  ["01ff00000000010000000000", { kind: "device-message", tag: 255, size: 65_536, endOfMessage: false }],
  ["0202fd000004000000000000", { kind: "request", tag: 2, size: 1024 }],
  ["0202fd0000040000020a0000", { kind: "request", tag: 2, size: 1024, terminator: 10 }],
  ["02807f00ffffffff00000000", { kind: "request", tag: 128, size: 0xffff_ffff }],
  ["80708f000000000000000000", { kind: "trigger", tag: 112 }],
];

describe("a Bulk-OUT header", () => {
  test.each(headers)("%s", (text, header) => {
    expect(hex(encodeBulkOutHeader(header))).toBe(text);
    expect(decodeBulkOutHeader(bytes(text))).toEqual(header);
  });

  test("ignores the terminator of a request that does not enable it", () => {
    expect(decodeBulkOutHeader(bytes("0202fd0000040000000a0000"))).toEqual({
      kind: "request",
      tag: 2,
      size: 1024,
    });
  });

  test("is refused with any one bit of its tag, its inverse or a reserved byte flipped", () => {
    for (const [text, { kind }] of headers) {
      const reserved = {
        "device-message": [9, 10, 11],
        request: [10, 11],
        trigger: [4, 5, 6, 7, 8, 9, 10, 11],
      };
      for (const at of [1, 2, 3, ...reserved[kind]]) {
        for (let bit = 0; bit < 8; bit++) {
          const flipped = bytes(text);
          flipped[at]! ^= 1 << bit;
          expect(() => decodeBulkOutHeader(flipped), `${text} at ${at}`).toThrow(UsbtmcFault);
        }
      }
    }
  });

  test("is refused when it has not exactly 12 bytes", () => {
    for (const [text] of headers) {
      for (let length = 0; length < 12; length++)
        expect(() => decodeBulkOutHeader(bytes(text).subarray(0, length))).toThrow(UsbtmcFault);
      expect(() => decodeBulkOutHeader(bytes(`${text}00`))).toThrow(UsbtmcFault);
    }
  });

  test("of random bytes is refused, or says exactly what its bytes say", () => {
    const near = fc.tuple(
      fc.constantFrom(1, 2, 128),
      fc.integer({ min: 0, max: 255 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
    );
    fc.assert(
      fc.property(near, ([id, tag, rest]) => {
        const random = Uint8Array.of(id, tag, inverseTag(tag), 0, ...rest);
        let header: BulkOutHeader;
        try {
          header = decodeBulkOutHeader(random);
        } catch (fault) {
          expect(fault).toBeInstanceOf(UsbtmcFault);
          return;
        }
        const again = encodeBulkOutHeader(header);
        // Only the terminator of a request without one is not kept.
        if (header.kind === "request" && header.terminator === undefined) again[9] = random[9]!;
        expect(again).toEqual(random);
      }),
      { numRuns: 2000 },
    );
  });
});

test("a message is filled up to a multiple of four bytes", () => {
  expect(hex(encodeDeviceMessage(1, bytesOf("*IDN?\n"), true))).toBe(
    "0101fe0006000000010000002a49444e3f0a0000",
  );
  expect([0, 1, 3, 4, 5].map(alignedSize)).toEqual([0, 4, 4, 4, 8]);
});

describe("a Bulk-IN header", () => {
  const cases = [
    ["0202fd002e00000001000000", { tag: 2, size: 46, endOfMessage: true, endsWithTerminator: false }],
    ["0203fc000000010000000000", { tag: 3, size: 65_536, endOfMessage: false, endsWithTerminator: false }],
    ["0203fc000100000003000000", { tag: 3, size: 1, endOfMessage: true, endsWithTerminator: true }],
  ] as const;
  test.each(cases)("%s", (text, header) => {
    expect(hex(encodeBulkInHeader(header))).toBe(text);
    expect(decodeBulkInHeader(bytes(text))).toEqual(header);
  });

  test.each([
    ["another MsgID", "0102fd002e00000001000000"],
    ["tag 0", "0200ff002e00000001000000"],
    ["a wrong inverse", "0202fe002e00000001000000"],
    ["an unknown attribute", "0202fd002e00000005000000"],
    ["a reserved byte", "0202fd002e00000001000100"],
    ["11 bytes", "0202fd002e000000010000"],
  ])("with %s is refused", (_, text) => expect(() => decodeBulkInHeader(bytes(text))).toThrow(UsbtmcFault));
});

test("tags go round without 0, those of the status byte from 2 to 127", () => {
  const round = (next: (tag: number) => number, start: number, count: number): number[] =>
    Array.from({ length: count }).reduce<number[]>((tags) => [...tags, next(tags.at(-1) ?? start)], []);
  expect(round(nextTag, 0, 256)).toEqual([...Array.from({ length: 255 }, (_, i) => i + 1), 1]);
  expect(round(nextStatusTag, 0, 127)).toEqual([...Array.from({ length: 126 }, (_, i) => i + 2), 2]);
});

test("class requests have the SETUP packets of table 15, and are recognised by them", () => {
  const setups = {
    initiateAbortBulkOut: { requestType: 0xa2, request: 1, value: 7, index: 0x01, length: 2 },
    checkAbortBulkOutStatus: { requestType: 0xa2, request: 2, value: 7, index: 0x01, length: 8 },
    initiateAbortBulkIn: { requestType: 0xa2, request: 3, value: 7, index: 0x82, length: 2 },
    checkAbortBulkInStatus: { requestType: 0xa2, request: 4, value: 7, index: 0x82, length: 8 },
    initiateClear: { requestType: 0xa1, request: 5, value: 7, index: 0, length: 1 },
    checkClearStatus: { requestType: 0xa1, request: 6, value: 7, index: 0, length: 2 },
    getCapabilities: { requestType: 0xa1, request: 7, value: 7, index: 0, length: 24 },
    readStatusByte: { requestType: 0xa1, request: 128, value: 7, index: 0, length: 3 },
  } as const;
  expect(Object.keys(setups)).toEqual(Object.keys(classRequests));
  for (const [name, setup] of Object.entries(setups)) {
    const request = classRequestOf(setup);
    expect(request).toBe(name);
    if (request !== undefined) expect(classSetup(request, setup.index, 7)).toEqual(setup);
    expect(classRequestOf({ ...setup, requestType: setup.requestType & 0x7f })).toBeUndefined();
  }
  expect(classRequestOf({ requestType: 0xa1, request: 64, value: 0, index: 0, length: 1 })).toBeUndefined();
});

describe("answers to class requests", () => {
  const { success, pending, failed } = tmcStatus;
  test("are what their tables say", () => {
    const status = { status: pending, mustRead: true, transferredBytes: 0x01020304 };
    expect(hex(encodeAbort({ status: success, tag: 9 }))).toBe("0109");
    expect(hex(encodeAbortStatus(status))).toBe("0201000004030201");
    expect(hex(encodeClear(failed))).toBe("80");
    expect(hex(encodeClearStatus({ status: pending, mustRead: true }))).toBe("0201");
    expect(hex(encodeStatusByte({ status: success, tag: 2, statusByte: 68 }))).toBe("010244");
    expect(decodeAbort(bytes("0109"))).toEqual({ status: success, tag: 9 });
    expect(decodeAbortStatus(bytes("0201000004030201"))).toEqual(status);
    expect(decodeClear(bytes("80"))).toBe(failed);
    expect(decodeClearStatus(bytes("0100"))).toEqual({ status: success, mustRead: false });
    expect(decodeStatusByte(bytes("010244"))).toEqual({ status: success, tag: 2, statusByte: 68 });
    expect(decodeStatusNotification(bytes("8244"))).toEqual({ tag: 2, statusByte: 68 });
  });

  test("are refused with a byte too few or too many, or a status that does not exist", () => {
    const decoders = [
      [decodeAbort, 2],
      [decodeAbortStatus, 8],
      [decodeClear, 1],
      [decodeClearStatus, 2],
      [decodeStatusByte, 3],
    ] as const;
    for (const [decode, length] of decoders) {
      const good = Uint8Array.of(1, ...new Uint8Array(length - 1));
      expect(() => decode(good)).not.toThrow();
      expect(() => decode(good.subarray(1))).toThrow(UsbtmcFault);
      expect(() => decode(Uint8Array.of(...good, 0))).toThrow(UsbtmcFault);
      for (const status of [0, 3, 0x7f, 0x84, 0xff])
        expect(() => decode(Uint8Array.of(status, ...good.subarray(1)))).toThrow(UsbtmcFault);
    }
    expect(() => expectSuccess("initiateClear", failed)).toThrow(/initiateClear ended with status 128/);
  });
});

describe("capabilities", () => {
  const none: Capabilities = {
    listenOnly: false,
    talkOnly: false,
    indicatorPulse: false,
    terminator: false,
    trigger: false,
    remoteLocal: false,
    ieee4882: false,
    scpi: false,
    serviceRequest: false,
  };
  test("are the 24 bytes that a SCPI board without frills sends", () => {
    const text = "010000010001000000000000000100080000000000000000";
    expect(hex(encodeCapabilities({ ...none, terminator: true, scpi: true }))).toBe(text);
    expect(decodeCapabilities(bytes(text))).toEqual({ ...none, terminator: true, scpi: true });
  });

  test("of every kind come back as they were", () => {
    for (const name of Object.keys(none)) {
      const can = { ...none, [name]: true };
      expect(decodeCapabilities(encodeCapabilities(can))).toEqual(can);
    }
  });

  test("of a failed request are refused", () => {
    expect(() => decodeCapabilities(new Uint8Array(24))).toThrow(UsbtmcFault);
    expect(() => decodeCapabilities(encodeCapabilities(none).subarray(1))).toThrow(UsbtmcFault);
  });
});
