import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cobsBound, cobsDecode, cobsEncode } from "../../firmware-protocol/frame/cobs.ts";
import { crc32c } from "../../firmware-protocol/frame/crc32c.ts";
import {
  decodeFrame,
  encodedBound,
  encodeFrame,
  type Frame,
  frameKinds,
} from "../../firmware-protocol/frame/frame.ts";
import { FrameScanner } from "../../firmware-protocol/frame/frame-scanner.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { bytesOfHex, hexOf } from "./golden.ts";

const ramp = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i);

describe("CRC-32C", () => {
  test.each<[string, Uint8Array, number]>([
    ["123456789, the check value", bytesOf("123456789"), 0xe3069283],
    ["32 zeros (RFC 3720, B.4)", new Uint8Array(32), 0x8a9136aa],
    ["32 ones (RFC 3720, B.4)", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["0 to 31 (RFC 3720, B.4)", ramp(32), 0x46dd794e],
    ["31 to 0 (RFC 3720, B.4)", ramp(32).reverse(), 0x113fdb5c],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s", (_, bytes, crc) => expect(crc32c(bytes)).toBe(crc));

  test("is that of the definition, bit by bit, for every length and offset", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 151 + 7) & 0xff);
    for (let start = 0; start <= bytes.length; start++) {
      for (let end = start; end <= bytes.length; end++) {
        expect(crc32c(bytes, start, end)).toBe(byDefinition(bytes.subarray(start, end)));
      }
    }
  });

  test("does not read beyond the bytes", () => {
    expect(() => crc32c(ramp(4), 0, 5)).toThrow(RangeError);
  });
});

function byDefinition(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * 0x82f63b78);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const stuffed = (bytes: Uint8Array): Uint8Array => {
  const target = new Uint8Array(cobsBound(bytes.length));
  return target.subarray(0, cobsEncode(bytes, target, 0));
};
const unstuffed = (bytes: Uint8Array): Uint8Array | undefined => {
  const target = new Uint8Array(bytes.length);
  const length = cobsDecode(bytes, 0, bytes.length, target);
  return length === undefined ? undefined : target.subarray(0, length);
};

describe("byte stuffing", () => {
  test.each([
    ["", "01"],
    ["00", "0101"],
    ["0000", "010101"],
    ["11220033", "0311220233"],
    ["11223344", "0511223344"],
    ["11000000", "0211010101"],
    // Figure 2 of Cheshire and Baker: 45 00 00 2C 4C 79 00 00 40 06 4F 37.
    ["4500002C4C79000040064F37", "024501042C4C79010540064F37"],
  ])("of %s is %s", (plain, code) => {
    expect(hexOf(stuffed(bytesOfHex(plain)))).toBe(code);
    expect(hexOf(unstuffed(bytesOfHex(code)) ?? new Uint8Array(0))).toBe(plain);
  });

  test("costs one byte, and one more for every 254, whatever the bytes", () => {
    for (const length of [0, 1, 253, 254, 255, 507, 508, 509, 762, 1024]) {
      for (const zeroAt of [-1, 0, 252, 253, 254, 255, 508]) {
        const plain = new Uint8Array(length).fill(7);
        if (zeroAt >= 0 && zeroAt < length) plain[zeroAt] = 0;
        const code = stuffed(plain);
        expect(code.includes(0)).toBe(false);
        expect(code.length).toBeLessThanOrEqual(cobsBound(length));
        expect(unstuffed(code)).toEqual(plain);
      }
    }
    expect(stuffed(new Uint8Array(254).fill(7)).length).toBe(255);
    expect(stuffed(new Uint8Array(255).fill(7)).length).toBe(257);
  });

  test.each(["00", "03", "05112233", "0100", "FF01"])("%s is no code", (code) => {
    expect(unstuffed(bytesOfHex(code))).toBeUndefined();
  });

  test("brings all bytes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const code = stuffed(bytes);
        expect(code.includes(0)).toBe(false);
        expect(unstuffed(code)).toEqual(bytes);
      }),
    );
  });
});

const example = (change: Partial<Frame> = {}): Frame => ({
  kind: "data",
  session: 0x12345678,
  sequence: 0xfffe,
  acknowledgement: 3,
  window: 64,
  payload: bytesOf("*IDN?\n"),
  ...change,
});

describe("a frame", () => {
  test.each(frameKinds)("of kind %s comes back as it was", (kind) => {
    for (const payload of [new Uint8Array(0), ramp(256), new Uint8Array(4096).fill(0x80)]) {
      const frame = example({ kind, payload });
      const wire = encodeFrame(frame);
      expect([wire[0], wire.at(-1), wire.indexOf(0, 1)]).toEqual([0, 0, wire.length - 1]);
      expect(wire.length - 2).toBeLessThanOrEqual(encodedBound(payload.length));
      expect(decodeFrame(wire.subarray(1, -1))).toEqual(frame);
    }
  });

  test("hides its text from whoever takes it for plain lines", () => {
    const wire = textOfBytes(encodeFrame(example({ payload: bytesOf("\nARRay:PULSe? 1,0\n*RST\n") })));
    expect(wire).not.toMatch(/[A-Z?*]{2}|\n/);
  });

  test("leaves the payload that it was given alone", () => {
    const payload = ramp(16);
    encodeFrame(example({ payload }));
    expect(payload).toEqual(ramp(16));
  });

  test.each([
    ["05", "badCobs"],
    ["0100", "badCobs"],
    ["0211", "tooShort"],
    [`0F${"11".repeat(14)}`, "badCrc"],
  ])("is not %s", (hex, fault) => expect(decodeFrame(bytesOfHex(hex))).toBe(fault));

  test("of a kind that this version does not know is told from a damaged one", () => {
    const body = new Uint8Array(14);
    body[0] = 9;
    new DataView(body.buffer).setUint32(10, crc32c(body, 0, 10), true);
    expect(decodeFrame(stuffed(body))).toBe("unknownKind");
  });
});

describe("a scanner of frames", () => {
  const [a, b, c] = [1, 2, 3].map((sequence) => example({ sequence })) as [Frame, Frame, Frame];
  const [wireA, wireB, wireC] = [a, b, c].map(encodeFrame) as [Uint8Array, Uint8Array, Uint8Array];
  const around = (middle: Uint8Array): Uint8Array => concatBytes([wireA, middle, wireC]);
  const framesOf = (bytes: Uint8Array): Frame[] =>
    new FrameScanner(64).push(bytes).flatMap((item) => (item.kind === "frame" ? [item.frame] : []));

  test("finds every flipped bit of a frame, and its neighbours are not touched", () => {
    for (let bit = 0; bit < 8 * wireB.length; bit++) {
      const damaged = wireB.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(framesOf(around(damaged)), `bit ${bit}`).toEqual([a, c]);
    }
  });

  test("finds every two flipped bits", () => {
    for (let first = 0; first < 8 * wireB.length; first++) {
      for (let second = 0; second < first; second++) {
        const damaged = wireB.slice();
        damaged[first >> 3]! ^= 1 << (first & 7);
        damaged[second >> 3]! ^= 1 << (second & 7);
        const sequences = framesOf(around(damaged)).map(({ sequence }) => sequence);
        if (sequences.join() !== "1,3") expect.fail(`bits ${first} and ${second}: ${sequences}`);
      }
    }
  });

  test("loses one frame for every byte that is lost or invented, and none for a delimiter", () => {
    for (let at = 0; at < wireB.length; at++) {
      const without = concatBytes([wireB.subarray(0, at), wireB.subarray(at + 1)]);
      const delimiter = at === 0 || at === wireB.length - 1;
      expect(framesOf(around(without)), `without ${at}`).toEqual(delimiter ? [a, b, c] : [a, c]);
      for (const invented of [0x00, 0x01, 0xff]) {
        const more = concatBytes([wireB.subarray(0, at), Uint8Array.of(invented), wireB.subarray(at)]);
        // Before the frame, or a second delimiter at either of its ends.
        const harmless = at === 0 || (invented === 0 && (at === 1 || at === wireB.length - 1));
        expect(framesOf(around(more)), `${invented} at ${at}`).toEqual(harmless ? [a, b, c] : [a, c]);
      }
    }
  });

  test("gives the same for every split in two and byte by byte", () => {
    const stream = concatBytes([wireA, bytesOf("noise"), wireB, wireB.subarray(3), wireC]);
    const whole = new FrameScanner(64).push(stream);
    expect(whole.map((item) => (item.kind === "frame" ? item.frame.sequence : item.fault))).toEqual([
      1,
      expect.any(String),
      2,
      expect.any(String),
      3,
    ]);
    for (let at = 0; at <= stream.length; at++) {
      const scanner = new FrameScanner(64);
      const halves = [...scanner.push(stream.subarray(0, at)), ...scanner.push(stream.subarray(at))];
      expect(halves, `split at ${at}`).toEqual(whole);
    }
    const scanner = new FrameScanner(64);
    expect(Array.from(stream).flatMap((byte) => scanner.push(Uint8Array.of(byte)))).toEqual(whole);
  });

  test("takes the largest payload that it was told, in one piece or many, and not one byte more", () => {
    const largest = encodeFrame(example({ payload: new Uint8Array(64).fill(1) }));
    const larger = encodeFrame(example({ payload: new Uint8Array(300).fill(1) }));
    for (const size of [1, 7, 1000]) {
      const scanner = new FrameScanner(64);
      const kinds: string[] = [];
      const stream = concatBytes([largest, larger, wireA]);
      for (let at = 0; at < stream.length; at += size) {
        for (const item of scanner.push(stream.subarray(at, at + size))) {
          kinds.push(item.kind === "frame" ? "frame" : item.fault);
        }
      }
      expect(kinds).toEqual(["frame", "tooLong", "frame"]);
    }
  });

  test.each([0x00, 0x01, 0xff])("costs no memory in a flood of byte %i", (byte) => {
    const scanner = new FrameScanner(1024);
    const flood = new Uint8Array(1 << 20).fill(byte);
    const before = process.memoryUsage().arrayBuffers;
    const found = Array.from({ length: 32 }, () => scanner.push(flood)).flat();
    expect(found).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    const kinds = scanner.push(wireA).map((item) => (item.kind === "frame" ? "frame" : item.fault));
    expect(kinds).toEqual(byte === 0 ? ["frame"] : ["tooLong", "frame"]);
  });

  test("forgets an unfinished frame when it is told", () => {
    const scanner = new FrameScanner(64);
    scanner.push(wireA.subarray(0, 9));
    expect([scanner.midFrame, scanner.reset(), scanner.midFrame]).toEqual([true, 8, false]);
    expect(scanner.push(wireB)).toEqual([{ kind: "frame", frame: b }]);
  });
});
