import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockHeader } from "../../firmware-protocol/scpi/element.ts";
import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";

const limit = 4096;
const everyByte = textOfBytes(Uint8Array.from({ length: 256 }, (_, value) => value));

/** Messages as text of one byte a character; a fault as its number. */
const readable = (scanned: readonly Scanned[]): (string | number)[] =>
  scanned.map((item) => (item.kind === "message" ? textOfBytes(item.bytes) : item.error));

const scanPieces = (pieces: readonly Uint8Array[], most = limit): (string | number)[] => {
  const scanner = new MessageScanner(most);
  return pieces.flatMap((piece) => readable(scanner.push(piece)));
};
const scanText = (text: string, most = limit): (string | number)[] => scanPieces([bytesOf(text)], most);
const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe("a stream of messages with blocks of every byte value", () => {
  const messages = [
    "*IDN?",
    'A "say #19 ""hi""";B',
    `ARR:READ? 0,#3256${everyByte}`,
    "",
    'C #10,#13;\n";D? 1',
    `D #3256${everyByte}`,
    "E #12\n\r",
  ];
  const stream = bytesOf(messages.map((message, n) => message + (n % 2 === 0 ? "\r\n" : "\n")).join(""));

  test("gives the messages in one piece and byte by byte", () => {
    expect(scanPieces([stream])).toEqual(messages);
    expect(scanPieces(bytewise(stream))).toEqual(messages);
  });

  test("gives the same messages for every split in two", () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(scanPieces([stream.subarray(0, at), stream.subarray(at)]), `split at ${at}`).toEqual(messages);
    }
  });

  test("takes a long block that comes in many pieces", () => {
    const long = `F #512345${everyByte.repeat(49).slice(0, 12_345)}`;
    expect(scanPieces(bytewise(bytesOf(`${long}\n*OPC?\n`)), 20_000)).toEqual([long, "*OPC?"]);
  });
});

describe("the end of a message", () => {
  test.each([
    ["a carriage return before the line feed is dropped", "A 1\r\n", ["A 1"]],
    ["only one carriage return is dropped", "A 1\r\r\n", ["A 1\r"]],
    ["a carriage return elsewhere is kept", "A\r1\n", ["A\r1"]],
    ["a carriage return as last byte of a block is kept", "A #11\r\n", ["A #11\r"]],
    ["behind such a block one is dropped", "A #11\r\r\n", ["A #11\r"]],
    ["a line feed as last byte of a block ends nothing", "A #11\n\nB\n", ["A #11\n", "B"]],
    ["an empty block is behind its header at once", "A #10\nB\n", ["A #10", "B"]],
    ["an open string ends with the line", 'A "x\nB\n', ['A "x', "B"]],
    ["a number sign in a string announces nothing", 'A "#9"\nB\n', ['A "#9"', "B"]],
    ["a quote in a block opens nothing", 'A #11"\nB\n', ['A #11"', "B"]],
  ])("%s", (_, text, messages) => {
    expect(scanText(text)).toEqual(messages);
    expect(scanPieces(bytewise(bytesOf(text)))).toEqual(messages);
  });
});

describe("a malformed block", () => {
  test.each(["#", "#0", "#x", "#3", "#31x2", "#2-1", "#1 ", "#\n"])(
    "%j is a fault, and the next line works",
    (start) => {
      expect(scanText(`A ${start}\n*OPC?\n`).filter((item) => item !== -161)).toEqual(
        start.endsWith("\n") ? ["", "*OPC?"] : ["*OPC?"],
      );
      expect(scanText(`A ${start}\n*OPC?\n`)).toContain(-161);
    },
  );
});

describe("the limit", () => {
  test("counts no terminator: a message of exactly the limit may end in CR LF, one byte more may not", () => {
    const [most, over] = ["A".repeat(limit), "A".repeat(limit + 1)];
    for (const pieces of [(bytes: Uint8Array) => [bytes], bytewise]) {
      expect(scanPieces(pieces(bytesOf(`${most}\r\nB\n`)))).toEqual([most, "B"]);
      expect(scanPieces(pieces(bytesOf(`${over}\r\nB\n`)))).toEqual([-363, "B"]);
      expect(scanPieces(pieces(bytesOf(`${most}\rA\nB\n`)))).toEqual([-363, "B"]);
    }
  });

  const small = 32;

  test("lets a message of exactly its size pass and refuses one byte more", () => {
    expect(scanText(`${"a".repeat(small)}\nB\n`, small)).toEqual(["a".repeat(small), "B"]);
    expect(scanText(`${"a".repeat(small + 1)}\nB\n`, small)).toEqual([-363, "B"]);
  });

  test("counts blocks: the largest passes, one byte more is refused at its header", () => {
    const fits = `A #${2}${small - 6}${"x".repeat(small - 6)}`;
    expect(fits.length).toBe(small);
    expect(scanText(`${fits}\nB\n`, small)).toEqual([fits, "B"]);
    expect(scanText(`A #227`, small)).toEqual([-363]);
  });

  test.each(["#9999999999", "#9000004096", "#9429496729"])(
    "%s is refused without waiting for its bytes",
    (header) => {
      const before = process.memoryUsage().arrayBuffers;
      expect(scanText(`A ${header}\n*OPC?\n`)).toEqual([-363, "*OPC?"]);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    },
  );

  test.each([0x00, 0xff, 0x23, 0x22])("costs one fault and no memory in a flood of byte %i", (byte) => {
    const scanner = new MessageScanner(limit);
    const flood = new Uint8Array(1 << 20).fill(byte);
    const before = process.memoryUsage().arrayBuffers;
    const found = Array.from({ length: 32 }, () => readable(scanner.push(flood))).flat();
    expect(found.length).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    expect(readable(scanner.push(bytesOf("\n*IDN?\n")))).toEqual(["*IDN?"]);
  });
});

describe("a reset", () => {
  test("inside a block forgets the message and where the block would have ended", () => {
    const scanner = new MessageScanner(limit);
    expect(scanner.push(bytesOf("A #3500abc\n"))).toEqual([]);
    expect(scanner.midMessage).toBe(true);
    scanner.reset();
    expect(scanner.midMessage).toBe(false);
    expect(readable(scanner.push(bytesOf("*IDN?\r\n")))).toEqual(["*IDN?"]);
    expect(scanner.midMessage).toBe(false);
  });

  test("also ends the skipping of a message that was too long", () => {
    const scanner = new MessageScanner(8);
    expect(readable(scanner.push(bytesOf("123456789")))).toEqual([-363]);
    expect(scanner.midMessage).toBe(true);
    scanner.reset();
    expect(readable(scanner.push(bytesOf("A\n")))).toEqual(["A"]);
  });
});

describe("random streams", () => {
  const text = fc.string({ unit: fc.constantFrom(..."abcXYZ019 ,;:?*."), maxLength: 20 });
  const quoted = fc
    .string({ unit: fc.constantFrom(..."ab#;,\r"), maxLength: 8 })
    .map((inner) => `"${inner}"`);
  const block = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => blockHeader(bytes.length) + textOfBytes(bytes));
  const message = fc.array(fc.oneof(text, quoted, block), { maxLength: 6 }).map((parts) => parts.join(""));
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });

  const chopped = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
    const pieces: Uint8Array[] = [];
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const size = sizes[n % sizes.length] ?? 1;
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  };

  test("of well-formed messages come apart as they were put together", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), cuts, (messages, sizes) => {
        const stream = concatBytes(messages.map((one) => bytesOf(`${one}\n`)));
        expect(scanPieces(chopped(stream, sizes))).toEqual(messages);
      }),
      { numRuns: 500 },
    );
  });

  test("of garbage give the same messages and faults however they are chopped", () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'##12039"\n\n\rab,;\xff\x00'), maxLength: 200 });
    fc.assert(
      fc.property(nasty, cuts, (garbage, sizes) => {
        const stream = bytesOf(garbage);
        const whole = scanPieces([stream], 24);
        expect(scanPieces(bytewise(stream), 24)).toEqual(whole);
        expect(scanPieces(chopped(stream, sizes), 24)).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });
});
