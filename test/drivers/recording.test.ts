import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Conversation } from "../../drivers/recording/conversation.ts";
import {
  eventLines,
  headerLine,
  maxBytesPerLine,
  maxLineCharacters,
  parseEvent,
  type RecordedEvent,
} from "../../drivers/recording/format.ts";
import { messageText } from "../../drivers/recording/message-text.ts";
import { readRecording } from "../../drivers/recording/read-recording.ts";
import { recorderOn } from "../../drivers/recording/recorder.ts";
import { createRecordingFile } from "../../drivers/recording/recording-file.ts";
import { withRecording } from "../../drivers/recording/with-recording.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { freshPath } from "../store/temp-folder.ts";
import { memoryRecording } from "./memory-recording.ts";
import { labError, scriptedTransport, settled } from "./scripted-transport.ts";
import { VirtualTimer } from "./virtual-timer.ts";

const lastWords = bytesOf("CHIP:SAFE?\n");

/** A recorded line whose far end is the test. */
function recordedLine(answer?: (written: string) => string | undefined) {
  const recording = memoryRecording();
  const inner = scriptedTransport(answer);
  const timer = new VirtualTimer();
  const transport = withRecording(inner, recording.recorder, { timer, lastWords });
  const heard: string[] = [];
  const closed: string[] = [];
  transport.listen({
    bytes: (chunk) => heard.push(textOfBytes(chunk)),
    closed: (reason) => closed.push(reason.code),
  });
  return { ...recording, recording, inner, timer, transport, heard, closed };
}

const texts = (events: readonly RecordedEvent[]): string[] =>
  events.map((event) => `${event.kind} ${"bytes" in event ? textOfBytes(event.bytes) : ""}`);

describe("a recorded line", () => {
  test("has every chunk in both directions, with the time since the start", async () => {
    const { transport, recording, clock, inner, heard } = recordedLine();
    clock.pass(0.25);
    await transport.write(bytesOf("*IDN?\n"));
    clock.pass(0.5);
    inner.say("a,b,");
    inner.say("c,d\n");
    await transport.close();
    expect(heard).toEqual(["a,b,", "c,d\n"]);
    expect(inner.written).toEqual(["*IDN?\n"]);
    expect(texts(recording.events)).toEqual([
      "open ",
      "sent *IDN?\n",
      "received a,b,",
      "received c,d\n",
      "closed ",
    ]);
    expect(recording.events.map(({ seconds }) => seconds)).toEqual([0, 0.25, 0.75, 0.75, 0.75]);
    expect(recording.header).toEqual({
      resource: "./board",
      tool: "0.0.0",
      commandLine: ["identify"],
      startedAt: "2023-11-14T22:13:20.000Z",
    });
  });

  test("holds a request before the board gets it, and a reply before the host does", async () => {
    const recording = memoryRecording();
    const lastKinds: (string | undefined)[] = [];
    const look = (): void => void lastKinds.push(recording.events.at(-1)?.kind);
    const inner = scriptedTransport(() => {
      look();
      return "reply\n";
    });
    const transport = withRecording(inner, recording.recorder, { timer: new VirtualTimer(), lastWords });
    transport.listen({ bytes: look, closed: look });
    await transport.write(bytesOf("x\n"));
    await transport.close();
    expect(lastKinds).toEqual(["sent", "received", "closed"]);
  });

  test("that can no longer be recorded sends nothing more, says why, and leaves the drives off", async () => {
    const { transport, recording, inner, closed, recorder } = recordedLine();
    await transport.write(bytesOf("a\n"));
    recording.fill();
    for (const request of ["b\n", "c\n"])
      await expect(transport.write(bytesOf(request))).rejects.toMatchObject(labError("ENVIRONMENT"));
    expect(inner.written).toEqual(["a\n"]);
    await transport.close();
    await transport.close();
    expect(inner.written).toEqual(["a\n", "CHIP:SAFE?\n"]);
    expect(closed).toEqual(["ENVIRONMENT"]);
    expect(() => recorder.end()).toThrow(/run\.jsonl cannot be written: ENOSPC/);
    expect(recording.state).toBe("closed");
    expect(texts(recording.events)).toEqual(["open ", "sent a\n"]);
  });

  test("hands on what arrived and could not be recorded, and fails afterwards", async () => {
    const { transport, recording, inner, heard, recorder } = recordedLine();
    await transport.write(bytesOf("a\n"));
    recording.fill();
    inner.say("acknowledged\n");
    expect(heard).toEqual(["acknowledged\n"]);
    await expect(transport.write(bytesOf("b\n"))).rejects.toMatchObject(labError("ENVIRONMENT"));
    expect(() => recorder.end()).toThrow(expect.objectContaining(labError("ENVIRONMENT")));
  });

  test("fails at its end when only its last reply could not be recorded", async () => {
    const { transport, recording, inner, recorder } = recordedLine();
    await transport.write(bytesOf("a\n"));
    recording.fill();
    inner.say("1\n");
    await transport.close();
    expect(() => recorder.end()).toThrow(expect.objectContaining(labError("ENVIRONMENT")));
  });

  test("waits a second at most for a stuck line to take the last words", async () => {
    const { recording, inner, recorder } = recordedLine();
    const timer = new VirtualTimer();
    const stuck = { ...inner, write: () => new Promise<void>(() => {}), listen: () => {} };
    const transport = withRecording(stuck, recorder, { timer, lastWords });
    recording.fill();
    await expect(transport.write(bytesOf("a\n"))).rejects.toThrow();
    let done = false;
    const closing = transport.close().then(() => {
      done = true;
    });
    await settled();
    expect(done).toBe(false);
    timer.advance(1);
    await closing;
    expect(timer.waiting).toBe(0);
  });

  test("fails at its end when what was written cannot be made to stay", async () => {
    const append = (): void => {};
    const close = (): void => {
      throw new Error("EIO: i/o error, fsync");
    };
    const file = { path: "run.jsonl", append, close, discard: append };
    const header = { resource: "r", tool: "t", commandLine: [] };
    const recorder = recorderOn(file, header, memoryRecording().clock);
    recorder.record({ kind: "sent", bytes: bytesOf("a\n") });
    expect(() => recorder.end()).toThrow(/run\.jsonl cannot be written: i\/o error/);
  });

  test("of which nothing came to pass leaves no file", async () => {
    const { transport, recording, recorder } = recordedLine();
    await transport.close();
    recorder.end();
    expect(recording.state).toBe("discarded");
  });
});

describe("the format", () => {
  const whole = (lines: string): RecordedEvent[] => lines.trimEnd().split("\n").map(parseEvent);
  const bytesIn = (events: readonly RecordedEvent[]): Uint8Array =>
    concatBytes(events.flatMap((event) => ("bytes" in event ? [event.bytes] : [])));

  test("gives back any bytes", () => {
    const printable = fc.string({ maxLength: 40 }).map((text) => bytesOf(text.replace(/[^\x20-\x7e]/g, "")));
    const chunk = fc.tuple(printable, fc.uint8Array({ maxLength: 60 }), printable);
    fc.assert(
      fc.property(chunk, fc.constantFrom("sent" as const, "received" as const), (parts, kind) => {
        const bytes = concatBytes(parts);
        if (bytes.length === 0) return;
        const events = whole(eventLines({ kind, seconds: 1.5, bytes }));
        expect(events.map((event) => [event.kind, event.seconds])).toEqual([[kind, 1.5]]);
        expect(bytesIn(events)).toEqual(bytes);
      }),
    );
  });

  test("keeps the header of a message legible and its block compact", () => {
    const message = concatBytes([bytesOf("ARRay:PULSe? 7,0,#13"), Uint8Array.of(0, 255, 7), bytesOf("\n")]);
    expect(eventLines({ kind: "sent", seconds: 0.0000015, bytes: message })).toBe(
      '{"t":0.000002,"kind":"sent","text":"ARRay:PULSe? 7,0,#13","base64":"AP8HCg=="}\n',
    );
  });

  test("cuts a large chunk into lines that its reader accepts", () => {
    const bytes = new Uint8Array(2.5 * maxBytesPerLine).fill(0x22);
    const lines = eventLines({ kind: "received", seconds: 3, bytes });
    expect(lines.trimEnd().split("\n")).toHaveLength(3);
    expect(Math.max(...lines.split("\n").map((line) => line.length))).toBeLessThan(maxLineCharacters);
    expect(Buffer.compare(bytesIn(whole(lines)), bytes)).toBe(0);
  });
});

describe("a recording on disk", () => {
  const header = { resource: "r", tool: "t", commandLine: [], startedAt: "s" };
  const events: readonly RecordedEvent[] = [
    { kind: "open", seconds: 0, name: "µ" },
    { kind: "sent", seconds: 0.5, bytes: bytesOf("a\n") },
    { kind: "received", seconds: 0.75, bytes: Uint8Array.of(0, 255) },
  ];
  const lines = [headerLine(header), ...events.map(eventLines)];

  async function read(content: string | Uint8Array) {
    const path = freshPath("run.jsonl");
    await writeFile(path, content);
    const found: RecordedEvent[] = [];
    return { ...(await readRecording(path, (event) => found.push(event))), found };
  }

  test("is readable up to wherever it was cut off", async () => {
    const content = Buffer.from(lines.join(""));
    const first = Buffer.from(lines[0] ?? "").length - 1;
    for (let cut = 0; cut <= content.length; cut++) {
      const part = content.subarray(0, cut);
      if (cut < first) {
        await expect(read(part)).rejects.toMatchObject(labError("BAD_DATA"));
        continue;
      }
      const { truncated, found } = await read(part);
      const ends = [...part].filter((byte) => byte === 0x0a).length;
      const isWhole = lines.some((_, i) => Buffer.from(lines.slice(0, i + 1).join("")).length - 1 === cut);
      const expected = Math.max(0, isWhole ? ends : ends - 1);
      expect({ truncated, found }).toEqual({
        truncated: !isWhole && part.at(-1) !== 0x0a,
        found: events.slice(0, expected),
      });
    }
  });

  test.each([
    ["of another kind", "GIF89a\nxx\n", /line 1 is not a recording/],
    ["without a line", "", /line 1 is not a recording of pcmlab: it does not begin with the header/],
    ["of a newer version", lines[0]?.replace('"version":1', '"version":2') ?? "", /it has version 2/],
    ["damaged in the middle", [lines[0], '{"t":1}\n', lines[1]].join(""), /line 2 is not a recording.*kind/],
    [
      "with bytes that no recorder wrote",
      [lines[0], '{"t":1,"kind":"sent","base64":"%%"}\n'].join(""),
      /line 2.*base64/,
    ],
    ["with a line without end", lines[0] + "x".repeat(maxLineCharacters + 1), /a line has more than/],
  ])("%s is refused", async (_, content, message) => {
    const failure = await read(content).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ ...labError("BAD_DATA"), message: expect.stringMatching(message) });
  });

  test("that is missing is said to be so", async () => {
    await expect(readRecording("/nowhere/run.jsonl", () => {})).rejects.toThrow(/no such file or directory/);
  });

  test("never takes the place of a file, and each event is there as soon as it is recorded", async () => {
    const path = freshPath("run.jsonl");
    const { clock } = memoryRecording();
    const recorder = recorderOn(
      createRecordingFile(path),
      { resource: "r", tool: "t", commandLine: [] },
      clock,
    );
    recorder.record({ kind: "sent", bytes: bytesOf("a\n") });
    expect(await readFile(path, "utf8")).toMatch(/"kind":"sent","text":"a\\n"\}\n$/);
    expect(() => createRecordingFile(path)).toThrow(/run\.jsonl: it exists already/);
    recorder.end();
    recorder.end();
    expect(await readFile(path, "utf8")).toMatch(/"sent"/);
  });

  test("that cannot be begun is an error at once", () => {
    expect(() => createRecordingFile("/nowhere/run.jsonl")).toThrow(
      expect.objectContaining(labError("USAGE")),
    );
    const path = freshPath("run.jsonl");
    const file = createRecordingFile(path);
    const append = (): void => {
      throw new Error("ENOSPC");
    };
    const full = { ...file, append };
    const { clock } = memoryRecording();
    expect(() => recorderOn(full, { resource: "r", tool: "t", commandLine: [] }, clock)).toThrow(
      expect.objectContaining(labError("ENVIRONMENT")),
    );
    expect(existsSync(path)).toBe(false);
  });
});

test("messages are found however the stream was chopped, and half of one dies with its connection", () => {
  const stream = concatBytes([bytesOf("READ? #12"), Uint8Array.of(10, 10), bytesOf("\nNEXT?\n")]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const conversation = new Conversation();
    const found = [stream.subarray(0, cut), stream.subarray(cut)].flatMap((bytes, seconds) =>
      conversation.take({ kind: "sent", seconds, bytes }),
    );
    const messages = found.map(({ said }) =>
      said.kind === "message" ? textOfBytes(said.bytes) : said.detail,
    );
    expect(messages).toEqual(["READ? #12\n\n", "NEXT?"]);
  }
  const conversation = new Conversation();
  conversation.take({ kind: "sent", seconds: 0, bytes: bytesOf("HALF") });
  conversation.take({ kind: "open", seconds: 1, name: "again" });
  const found = conversation.take({ kind: "sent", seconds: 2, bytes: bytesOf("*IDN?\n") });
  expect(found).toEqual([{ from: "host", seconds: 2, said: { kind: "message", bytes: bytesOf("*IDN?") } }]);
});

test("a message for people shows its blocks by their size", () => {
  const block = concatBytes([bytesOf("P? 1,#210"), new Uint8Array(10).fill(171), bytesOf(",#10,\x00x")]);
  expect(messageText(block)).toBe("P? 1,#<10 bytes: ab ab ab ab ab ab ab ab …>,#<0 bytes>,\\x00x");
  expect(messageText(bytesOf("#9abc"))).toBe("#9abc");
  expect(messageText(bytesOf("#15abc"))).toBe("#15abc");
  expect(messageText(bytesOf("y".repeat(1000)), 20)).toMatch(/^y{21}…$/);
});
