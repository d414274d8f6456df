/** The parts of the emulated USB device that see bytes: however these are chopped, they mean the same. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBulkOutHeader, encodeDeviceMessage } from "../../firmware-protocol/usbtmc/bulk-out.ts";
import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import { BulkOutStream } from "../../mocks/usb/bulk-out-stream.ts";
import { ByteQueue } from "../../mocks/usb/byte-queue.ts";
import { EmulatedUsbDevice } from "../../mocks/usb/device.ts";
import { UsbipConnection } from "../../mocks/usb/usbip-connection.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { benchOf } from "../firmware/bench.ts";

const transfers = [
  encodeDeviceMessage(1, bytesOf("*IDN?\n"), true),
  encodeBulkOutHeader({ kind: "request", tag: 2, size: 512 }),
  encodeDeviceMessage(3, bytesOf("ARR:PULS? "), false),
  encodeDeviceMessage(4, bytesOf("1,#13\n\0\n\n"), true),
  encodeBulkOutHeader({ kind: "request", tag: 5, size: 9, terminator: 10 }),
];
const meaning = ["*IDN?\n", "end", "request 2 512", "ARR:PULS? 1,#13\n\0\n\n", "end", "request 5 9 10"];

/** Events as text, neighbouring data joined. */
function meaningOf(pieces: readonly Uint8Array[]): string[] {
  const stream = new BulkOutStream();
  const found: string[] = [];
  let data = "";
  for (const event of pieces.flatMap((piece) => stream.push(piece, false))) {
    if (event.kind === "data") {
      data += textOfBytes(event.bytes);
      continue;
    }
    if (data !== "") found.push(data);
    data = "";
    const { kind } = event;
    found.push(kind === "request" ? Object.values(event).join(" ") : "end");
  }
  expect(stream.isBetweenTransfers).toBe(true);
  return found;
}

describe("the Bulk-OUT endpoint", () => {
  const whole = concatBytes(transfers);

  test("means the same for every split in two and byte by byte", () => {
    expect(meaningOf(transfers)).toEqual(meaning);
    for (let at = 0; at <= whole.length; at++)
      expect(meaningOf([whole.subarray(0, at), whole.subarray(at)]), `split at ${at}`).toEqual(meaning);
    expect(meaningOf(Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(meaning);
  });

  test("takes a short packet only at the end of a transfer", () => {
    for (const transfer of transfers) {
      for (let at = 1; at < transfer.length; at++)
        expect(() => new BulkOutStream().push(transfer.subarray(0, at), true)).toThrow(UsbtmcFault);
      expect(() => new BulkOutStream().push(transfer, true)).not.toThrow();
    }
    expect(new BulkOutStream().push(new Uint8Array(0), true)).toEqual([]);
  });

  test("never runs into anything but a fault on random bytes, and keeps no data", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }),
        fc.boolean(),
        (pieces, short) => {
          const stream = new BulkOutStream();
          try {
            for (const piece of pieces) stream.push(piece, short);
          } catch (fault) {
            expect(fault).toBeInstanceOf(UsbtmcFault);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test("a queue of bytes gives back what was put in, in pieces of any size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 9 })),
      fc.integer({ min: 1, max: 20 }),
      (chunks, size) => {
        const queue = new ByteQueue();
        const taken: Uint8Array[] = [];
        for (const chunk of chunks) {
          queue.push(chunk);
          for (let piece = queue.take(size); piece !== undefined; piece = queue.take(size)) taken.push(piece);
        }
        taken.push(queue.take(queue.length) ?? new Uint8Array(0));
        expect(queue.take(1)).toBeUndefined();
        expect(concatBytes(taken)).toEqual(concatBytes(chunks));
      },
    ),
  );
});

describe("a USB/IP connection", () => {
  const word = (...values: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(4 * values.length);
    for (const [i, value] of values.entries()) new DataView(bytes.buffer).setUint32(4 * i, value);
    return bytes;
  };
  const submit = (
    sequence: number,
    toHost: number,
    endpoint: number,
    length: number,
    setup = new Uint8Array(8),
  ) => concatBytes([word(1, sequence, 0x00010002, toHost, endpoint, 0, length, 0, 0, 0), setup]);
  const query = encodeDeviceMessage(1, bytesOf("*OPC?"), true);
  const request = encodeBulkOutHeader({ kind: "request", tag: 2, size: 64 });
  const conversation = concatBytes([
    word(0x01118003, 0, ...new Uint32Array(8)).map((byte, at) => [0x31, 0x2d, 0x31][at - 8] ?? byte),
    submit(1, 0, 0, 0, Uint8Array.of(0, 9, 1, 0, 0, 0, 0, 0)),
    submit(2, 1, 2, 512),
    concatBytes([submit(3, 0, 1, query.length), query]),
    concatBytes([submit(4, 0, 1, request.length), request]),
    word(2, 5, 0x00010002, 0, 0, 2, ...new Uint32Array(6)),
  ]);

  const repliesTo = (pieces: readonly Uint8Array[]): string => {
    const device = new EmulatedUsbDevice(benchOf().firmware, {
      manufacturer: "m",
      product: "p",
      serialNumber: "s",
    });
    const connection = new UsbipConnection({ plugIn: () => device });
    return textOfBytes(concatBytes(pieces.flatMap((piece) => connection.receive(piece))));
  };

  test("answers the same for every split of a whole conversation", () => {
    const expected = repliesTo([conversation]);
    expect(expected).toContain("1\n");
    // OP_REP_IMPORT, four RET_SUBMIT of which one has 16 bytes, one RET_UNLINK.
    expect(expected).toHaveLength(320 + 4 * 48 + 16 + 48);
    for (let at = 0; at <= conversation.length; at++)
      expect(
        repliesTo([conversation.subarray(0, at), conversation.subarray(at)]) === expected,
        `at ${at}`,
      ).toBe(true);
  });
});
