import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../drivers/recording/format.ts";
import { EntryBuilder, type TraceEntry } from "../../src/cli/trace/entries.ts";
import { summaryOf } from "../../src/cli/trace/summary.ts";
import { entryText, summaryText } from "../../src/cli/trace/text.ts";
import { bytesOf, concatBytes } from "../../src/core/bytes.ts";
import { allOperations, operationFile } from "../firmware-protocol/golden.ts";

const bytes = (said: string | Uint8Array): Uint8Array => (typeof said === "string" ? bytesOf(said) : said);
const sent = (seconds: number, said: string | Uint8Array): RecordedEvent => ({
  kind: "sent",
  seconds,
  bytes: bytes(said),
});
const received = (seconds: number, said: string | Uint8Array): RecordedEvent => ({
  kind: "received",
  seconds,
  bytes: bytes(said),
});

function entriesOf(...events: readonly RecordedEvent[]): readonly TraceEntry[] {
  const builder = new EntryBuilder();
  for (const event of events) builder.take(event);
  return builder.entries;
}

const lines = (...events: readonly RecordedEvent[]): string[] => entriesOf(...events).map(entryText);

describe("every golden vector", async () => {
  const names = [...(await allOperations()).keys()];

  test.each(names)("of %s is decoded with its fields", (name) => {
    const { operation, vectors } = operationFile(name);
    for (const vector of vectors) {
      const [request, response] = entriesOf(
        sent(0, Buffer.from(vector.requestHex, "hex")),
        received(1, Buffer.from(vector.replyHex, "hex")),
      );
      expect(request).toMatchObject({ kind: "request", number: 1, name: operation });
      expect(response).toMatchObject({ kind: "response", number: 1, name: operation, tookSeconds: 1 });
      if (vector.request === null) continue;
      expect(request?.fields).toHaveLength(Object.values(vector.request).filter((v) => v !== null).length);
      if (vector.refusal !== undefined) expect(response).toMatchObject({ outcome: "refused" });
      else expect(response?.fields).toHaveLength(Object.keys(vector.reply ?? {}).length);
    }
  });
});

describe("a line of a trace", () => {
  test("of a masked read says region, averages, voltage, cells and codes", () => {
    const mask = concatBytes([
      bytesOf("ARR:READ? 0,0,0,1,9,2,0.3,#12"),
      Uint8Array.of(0x21, 1),
      bytesOf("\n"),
    ]);
    const reply = concatBytes([
      bytesOf("0,0,0.000002,295.5,0,#16"),
      Uint8Array.of(35, 0, 10, 10, 0, 0),
      bytesOf("\n"),
    ]);
    expect(lines(sent(0.5, mask), received(0.5025, reply))).toEqual([
      "    0.500000     #1 >  ARRay:READ? region array 0, rows 0..0, columns 0..8, averages 2, read 0.3 V, mask 3 of 9 cells [31 B]",
      "    0.502500     #1 <  ARRay:READ? first sample 0 s, last sample 0.000002 s, temperature 295.5 K, saturated cells 0, code sums 3 values from 0 to 2570 in 2.5 ms [30 B]",
    ]);
  });

  test("of pulses says what they are and for how many cells", () => {
    const cells = concatBytes([
      bytesOf("ARR:PULS? 9007199254740991,0,1,2,2,2,1000,100,#11"),
      Uint8Array.of(0x0d),
      bytesOf(",#16"),
      Uint8Array.of(0x34, 8, 10, 0, 0xcc, 0x0c),
      bytesOf("\n"),
    ]);
    expect(lines(sent(0, cells))[0]).toMatch(
      /operation id 9007199254740991, region array 0, rows 1..2, columns 2..3, width 1000 ns, trailing 100 ns, amplitude codes for 3 of 4 cells from 10 to 3276/,
    );
    const train = concatBytes([
      bytesOf("ARR:TRA? 10,0,1,2,2,2,#11"),
      Uint8Array.of(9),
      bytesOf(",3276,400,0,1065,1000,3000,1,2,3\n"),
    ]);
    expect(lines(sent(0, train))[0]).toMatch(
      /mask 2 of 4 cells, steps 3 \(amplitude code 3276 width 400 ns trailing 0 ns; amplitude code 1065 .*; …\)/,
    );
  });

  test("of a refusal has the number and the text", () => {
    const [, line] = lines(sent(0, "CHIP:TIME?\n"), received(1, '-222,"Data out of range;x"\n'));
    expect(line).toMatch(/CHIP:TIME\? refused -222, "Data out of range;x" in 1 s/);
  });

  test("of what cannot be decoded shows its bytes", () => {
    const [request, response] = lines(
      sent(0, concatBytes([bytesOf("ARR:READ? nonsense,#13"), Uint8Array.of(1, 2, 3), bytesOf("\n")])),
      received(1, "0,1\n"),
    );
    expect(request).toMatch(/> {2}ARR:READ\? nonsense,#<3 bytes: 01 02 03> undecoded/);
    expect(response).toMatch(/< {2}ARRay:READ\? 0,1/);
    expect(lines(sent(0, "\x07!\n"))[0]).toMatch(/> {2}\\x07! undecoded/);
    expect(lines(sent(0, "A? #0\n"))[0]).toMatch(/> {2}no message: .* undecoded$/);
    const [, garbled] = lines(sent(0, "CHIP:TIME?\n"), received(1, "hello\n"));
    expect(garbled).toMatch(/CHIP:TIME\? hello undecoded in 1 s \[5 B\]/);
  });

  test("of a common command, of joined ones and of connections is plain", () => {
    expect(
      lines(
        { kind: "open", seconds: 0, name: "./fusion" },
        sent(1, "*CLS\n"),
        sent(1, "syst:err?;*stb?\n"),
        received(2, '0,"No error";0\n'),
        { kind: "closed", seconds: 3, reason: "unplugged" },
      ),
    ).toEqual([
      "    0.000000        --  connected to ./fusion",
      "    1.000000     #1 >  *CLS [4 B]",
      "    1.000000     #2 >  syst:err?;*stb? [15 B]",
      '    2.000000     #2 <  SYSTem:ERRor[:NEXT]?;*STB? 0,"No error";0 in 1 s [14 B]',
      "    3.000000        --  unplugged",
    ]);
  });
});

test("pipelined replies belong to their requests in order, and a command without an answer to none", () => {
  const entries = entriesOf(
    sent(0, "CHIP:TIME?\n*CLS\nCHIP:TEMP?\n"),
    received(1, "0,5\n0,3"),
    received(2, "00\n"),
    received(3, "0\n"),
  );
  expect(entries.filter(({ kind }) => kind === "response")).toMatchObject([
    { number: 1, name: "CHIP:TIME?", tookSeconds: 1, fields: [{ name: "chip time", value: 5, unit: "s" }] },
    { number: 3, name: "CHIP:TEMPerature?", tookSeconds: 2, fields: [{ name: "temperature", value: 300 }] },
    { number: null, name: "(unasked)", tookSeconds: null },
  ]);
});

test("what was asked on a lost line is not answered by the next one", () => {
  const entries = entriesOf(
    sent(0, "CHIP:TIME?\n"),
    { kind: "closed", seconds: 1, reason: "lost" },
    { kind: "open", seconds: 2, name: "x" },
    sent(3, "CHIP:TEMP?\n"),
    received(3.5, "0,300\n"),
  );
  expect(entries.at(-1)).toMatchObject({ number: 2, name: "CHIP:TEMPerature?", outcome: "ok" });
});

test("the summary counts, adds up and takes the median and the worst", () => {
  const asked = [1, 4, 2, 10].flatMap((took, i) => [
    sent(100 * i, "CHIP:TIME?\n"),
    received(100 * i + took, i === 3 ? '-310,"x"\n' : "0,5\n"),
  ]);
  const [time, safe] = summaryOf(entriesOf(...asked, sent(900, "CHIP:SAFE?\n"), sent(901, "CHIP:SAFE? 1\n")));
  expect(time).toEqual({
    name: "CHIP:TIME?",
    count: 4,
    answered: 4,
    refused: 1,
    undecoded: 0,
    sentBytes: 40,
    receivedBytes: 3 * 3 + 8,
    medianSeconds: 3,
    worstSeconds: 10,
  });
  expect(safe).toMatchObject({
    count: 2,
    answered: 0,
    undecoded: 1,
    medianSeconds: null,
    worstSeconds: null,
  });
  const table = summaryText([time, safe].flatMap((row) => (row === undefined ? [] : [row]))).split("\n");
  expect(table[1]).toMatch(/^CHIP:TIME\? +4 +4 +1 +40 +17 +3 s +10 s$/);
  expect(table[2]).toMatch(/^CHIP:SAFE\? \(1 undecoded\) +2 +0 +0 +22 +0 +- +-$/);
});
