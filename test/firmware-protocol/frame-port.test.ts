import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, type Frame } from "../../firmware-protocol/frame/frame.ts";
import { PortScanner } from "../../firmware-protocol/frame/port-scanner.ts";
import { blockHeader } from "../../firmware-protocol/scpi/element.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";

const frame = (sequence: number, text = "*IDN?\n"): Frame => ({
  kind: "data",
  session: 7,
  sequence,
  acknowledgement: 0,
  window: 4,
  payload: bytesOf(text),
});
const wire = (sequence: number, text?: string): string => textOfBytes(encodeFrame(frame(sequence, text)));
const everyByte = textOfBytes(Uint8Array.from({ length: 256 }, (_, value) => value));
const zeros = `D #3256${everyByte}\n`;

/** Frames as their numbers, faults as their names, plain bytes that follow each other as one text. */
function heard(pieces: readonly Uint8Array[], scanner = new PortScanner(256, 4096)): (number | string)[] {
  const found: (number | string)[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") found.push(`plain ${plain}`);
    plain = "";
  };
  for (const item of pieces.flatMap((piece) => scanner.push(piece))) {
    if (item.kind === "abandoned") {
      plain += "...";
      continue;
    }
    if (item.kind === "plain") {
      plain += textOfBytes(item.bytes);
      continue;
    }
    flush();
    found.push(item.kind === "frame" ? item.frame.sequence : item.fault);
  }
  flush();
  return found;
}
const hear = (text: string): (number | string)[] => heard([bytesOf(text)]);
const bytewise = (text: string): Uint8Array[] => Array.from(bytesOf(text), (byte) => Uint8Array.of(byte));

describe("a port that frames and plain lines share", () => {
  test.each<[string, string, (number | string)[]]>([
    ["plain lines alone", "*IDN?\nA 1\r\n", ["plain *IDN?\nA 1\r\n"]],
    ["frames alone", wire(1) + wire(2), [1, 2]],
    ["frames that share a delimiter", wire(1).slice(0, -1) + wire(2), [1, 2]],
    ["a line between frames", `${wire(1)}*IDN?\n${wire(2)}`, [1, "plain *IDN?\n", 2]],
    [
      "lines of every kind once a line has followed a frame",
      `${wire(1)}\n*CLS\n${zeros}${wire(2)}`,
      [1, `plain \n*CLS\n${zeros}`, 2],
    ],
    ["a zero inside a block, which opens nothing", `${zeros}${wire(3)}`, [`plain ${zeros}`, 3]],
    [
      "a message that breaks off at a zero",
      `A "1${wire(3)}B 12${wire(4)}#${wire(5)}`,
      ['plain A "1...', 3, "badCobs", 4, "badCobs", 5],
    ],
    [
      "an empty line, which is no line since a frame may begin so",
      `${wire(1)}\n${wire(2)}`,
      [1, "badCobs", 2],
    ],
    ["a line feed that ends what a dead program left", `A 12${"\n"}${wire(1)}`, ["plain A 12\n", 1]],
    ["a block that nobody believes", `A #49999\n${wire(1)}`, ["plain A #49999\n", 1]],
    ["a malformed block", `A #0\n#x\n#\n${wire(1)}`, ["plain A #0\n#x\n#\n", 1]],
    ["an empty block", `A #10\n${wire(1)}`, ["plain A #10\n", 1]],
    ["zeros between lines", "\0\0\0*IDN?\n\0\0AB\n", ["plain *IDN?\nAB\n"]],
    [
      "binary noise behind a frame, which is no line",
      `${wire(1)}\x81*RST\n${wire(2)}`,
      [1, expect.any(String), 2],
    ],
  ])("has %s", (_, text, expected) => {
    expect(hear(text)).toEqual(expected);
    expect(heard(bytewise(text))).toEqual(expected);
    for (let at = 0; at <= text.length; at++) {
      const halves = [bytesOf(text.slice(0, at)), bytesOf(text.slice(at))];
      expect(heard(halves), `split at ${at}`).toEqual(expected);
    }
  });

  test("takes a frame that begins with the byte LF for a frame", () => {
    const full = { ...frame(0x0101), session: 0x11223344, acknowledgement: 0x0101, window: 0 };
    const bytes = encodeFrame(full);
    expect(bytes[1]).toBe(0x0a);
    expect(heard([bytes])).toEqual([0x0101]);
  });

  test("never takes the inside of a frame for a line, whichever byte is lost or flipped", () => {
    const command = "\nARRay:PULSe? 5,0,0,0,1,1,100,0,#11\x01,#12\x64\0\n*RST\n";
    const stream = bytesOf(wire(1, command) + wire(2, command) + wire(3, command));
    for (let at = 0; at < stream.length; at++) {
      const without = concatBytes([stream.subarray(0, at), stream.subarray(at + 1)]);
      expect(heard([without]).join(), `without ${at}`).not.toMatch(/PULS|RST/);
      for (let bit = 0; bit < 8; bit++) {
        const flipped = stream.slice();
        flipped[at]! ^= 1 << bit;
        expect(heard([flipped]).join(), `bit ${bit} of ${at}`).not.toMatch(/PULS|RST/);
      }
    }
  });

  test("goes back to lines after a silence, wherever it was, and says what was forgotten", () => {
    const scanner = new PortScanner(256, 4096);
    expect(scanner.unsettled).toBe(false);
    heard([bytesOf(wire(1).slice(0, 10))], scanner);
    expect([scanner.unsettled, scanner.silence(), scanner.unsettled]).toEqual([true, 9, false]);
    expect(heard([bytesOf(zeros)], scanner)).toEqual([`plain ${zeros}`]);
    heard([bytesOf("A #3100\0\0")], scanner);
    expect([scanner.unsettled, scanner.silence()]).toEqual([true, 0]);
    expect(heard([bytesOf(wire(2))], scanner)).toEqual([2]);
  });

  test("does not keep a line behind a frame that never ends", () => {
    expect(hear(`\0${"A".repeat(300)}\n${wire(1)}`)).toEqual(["tooLong", 1]);
  });

  test.each([0x00, 0x0a, 0x22, 0x23, 0xff])("costs no memory in a flood of byte %i", (byte) => {
    const scanner = new PortScanner(1024, 4096);
    const flood = new Uint8Array(1 << 20).fill(byte);
    const before = process.memoryUsage().arrayBuffers;
    for (let mebibyte = 0; mebibyte < 16; mebibyte++) scanner.push(flood);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    scanner.silence();
    expect(heard([bytesOf(wire(1))], scanner)).toEqual([1]);
  });

  test("gives the same however a random stream is chopped", () => {
    const text = fc.string({ unit: fc.constantFrom(..."abcXYZ019 ,;:?*."), maxLength: 20 });
    const block = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => blockHeader(bytes.length) + textOfBytes(bytes));
    const line = fc.array(fc.oneof(text, block), { maxLength: 4 }).map((parts) => `${parts.join("")}\n`);
    const noise = fc.uint8Array({ maxLength: 30 }).map((bytes) => textOfBytes(bytes));
    const part = fc.oneof(
      line,
      fc.nat(9).map((sequence) => wire(sequence)),
      noise,
    );
    fc.assert(
      fc.property(
        fc.array(part),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (parts, sizes) => {
          const stream = bytesOf(parts.join(""));
          const pieces: Uint8Array[] = [];
          for (let at = 0, n = 0; at < stream.length; n++) {
            const size = sizes[n % sizes.length] ?? 1;
            pieces.push(stream.subarray(at, at + size));
            at += size;
          }
          expect(heard(pieces)).toEqual(heard([stream]));
        },
      ),
    );
  });
});
