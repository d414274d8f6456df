import { describe, expect, test } from "vitest";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import type { RecordedEvent } from "../../drivers/recording/format.ts";
import { withRecording } from "../../drivers/recording/with-recording.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { differenceLines, requestText } from "../../mocks/replay/divergence.ts";
import { follow, isComplete, type ReplayState, startOfReplay } from "../../mocks/replay/follow.ts";
import { ReplayedBoard } from "../../mocks/replay/replayed-board.ts";
import { type ReplayScript, ScriptBuilder } from "../../mocks/replay/script.ts";
import type { Readout } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { memoryRecording } from "../drivers/memory-recording.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { exampleDescriptor, fakeArray } from "../firmware/fake-array.ts";

const sent = (seconds: number, text: string): RecordedEvent => ({
  kind: "sent",
  seconds,
  bytes: bytesOf(text),
});
const received = (seconds: number, text: string): RecordedEvent => ({
  kind: "received",
  seconds,
  bytes: bytesOf(text),
});

function scriptOf(events: readonly RecordedEvent[]): ReplayScript {
  const builder = new ScriptBuilder();
  for (const event of events) builder.take(event);
  return builder.script;
}

/** Two questions at once, an identification before them, answers in pieces. */
const events: readonly RecordedEvent[] = [
  { kind: "open", seconds: 0, name: "x" },
  sent(1, "*IDN?\n"),
  received(1.25, "a,b,"),
  received(1.5, "c,d\n"),
  sent(2, "ONE? #11\n\n"),
  sent(2, "TWO?\n"),
  received(3, "1"),
  received(4, "\n2\n"),
  sent(5, "LAST\n"),
];
const script = scriptOf(events);
const requests = "*IDN?\nONE? #11\n\nTWO?\nLAST\n";
const answers = "a,b,c,d\n1\n2\n";

/** What a board of the script says to chunks on one line. */
function said(chunks: readonly string[], timer?: VirtualTimer) {
  const late: string[] = [];
  const board = new ReplayedBoard(script, timer);
  const line = board.openLine((response) => late.push(textOfBytes(response)));
  const atOnce = textOfBytes(concatBytes(chunks.flatMap((chunk) => line.receive(bytesOf(chunk)))));
  return { board, line, late, atOnce };
}

describe("a replayed board", () => {
  test("gives the recorded answers however the requests are chopped", () => {
    for (let first = 0; first <= requests.length; first++) {
      for (let second = first; second <= requests.length; second++) {
        const chunks = [requests.slice(0, first), requests.slice(first, second), requests.slice(second)];
        const { board, atOnce } = said(chunks);
        expect(atOnce).toBe(answers);
        expect(isComplete(script, board.state)).toBe(true);
      }
    }
  });

  test("answers nothing that was recorded after a request that has not come yet", () => {
    expect(said(["*IDN?\nONE? #11\n\n"]).atOnce).toBe("a,b,c,d\n");
    expect(said(["*IDN?\nONE? #11\n\nTWO?\n"]).atOnce).toBe(answers);
  });

  test("says where and how a request differs, and nothing from then on", async () => {
    const { board, atOnce, line } = said(["*IDN?\nONE? #11x\nTWO?\nLAST\n"]);
    expect(atOnce).toBe("a,b,c,d\n");
    const { state } = board;
    if (state.kind !== "diverged") throw new Error("it follows");
    await board.diverged;
    expect(state.position).toBe(1);
    expect(differenceLines(state)).toEqual([
      "expected  ONE? #<1 bytes: 0a>",
      "got       ONE? #<1 bytes: 78>",
      "the first difference is at byte 8; 9 bytes were expected, 9 came",
      "expected from byte 0  4f 4e 45 3f 20 23 31 31 0a",
      "got                   4f 4e 45 3f 20 23 31 31 78",
    ]);
    expect(line.receive(bytesOf("ONE? #11\n\n"))).toEqual([]);
    expect(board.state).toBe(state);
  });

  test("takes a request after the last one for a difference", () => {
    const { board } = said([requests, "*RST\n"]);
    if (board.state.kind !== "diverged") throw new Error("it follows");
    expect(differenceLines(board.state)).toEqual(["expected  nothing more", "got       *RST"]);
    expect(requestText(board.state.got)).toBe("*RST");
  });

  test("bears the greeting of a serial line, and the offer of a link, only around an identification", () => {
    const greeting = "\n*IDN?\n\x00\x13\xff\x00\nSYST:LINK?\nSYSTem:LINK?\n*idn?\n";
    expect(said([greeting, requests.slice("*IDN?\n".length)]).atOnce).toBe(`a,b,c,d\n${answers}`);
    for (const late of ["*IDN?\n", "SYST:LINK?\n", "\x00\x13\xff\x00\n"])
      expect(said(["*IDN?\nONE? #11\n\n", late]).board.state.kind).toBe("diverged");
    expect(said(["*IDN?\nONE? #11\n\n", "\n\r\n"]).board.state).toMatchObject({
      kind: "following",
      position: 2,
    });
  });

  test("goes on where it was when its host comes back on another line", () => {
    const board = new ReplayedBoard(script);
    const ask = (text: string): string =>
      textOfBytes(concatBytes(board.openLine(() => {}).receive(bytesOf(text))));
    expect(ask("*IDN?\nONE? #11\n\nTW")).toBe("a,b,c,d\n");
    expect(ask("TWO?\n")).toBe("1\n2\n");
  });

  test("gives up half a message when the line falls silent", () => {
    const { line, board } = said(["*IDN?\nONE? #19"]);
    expect(line.midMessage).toBe(true);
    line.silence();
    expect(line.midMessage).toBe(false);
    expect(textOfBytes(concatBytes(line.receive(bytesOf("ONE? #11\n\nTWO?\n"))))).toBe("1\n2\n");
    expect(board.state).toMatchObject({ position: 3 });
  });

  test("tells when all has come", async () => {
    const { board } = said([requests]);
    await board.completed;
    expect(isComplete(script, board.state)).toBe(true);
  });
});

describe("recorded delays", () => {
  test("are kept, counted from the request before", () => {
    const timer = new VirtualTimer();
    const { line, late, atOnce } = said(["*IDN?\n"], timer);
    expect(atOnce).toBe("");
    timer.advance(0.25);
    expect(late).toEqual(["a,b,"]);
    timer.advance(0.25);
    expect(late).toEqual(["a,b,", "c,d\n"]);
    expect(line.receive(bytesOf("ONE? #11\n\nTWO?\n"))).toEqual([]);
    timer.advance(0.999);
    expect(late).toHaveLength(2);
    timer.advance(0.001);
    expect(late.slice(2)).toEqual(["1"]);
    timer.advance(1);
    expect(late.slice(2)).toEqual(["1", "\n2\n"]);
  });

  test("never change the order, and completion waits for the last answer", async () => {
    const quickAfterSlow = scriptOf([
      sent(0, "A?\n"),
      received(9, "a\n"),
      sent(9, "B?\n"),
      received(9.5, "b\n"),
    ]);
    const timer = new VirtualTimer();
    const late: string[] = [];
    const board = new ReplayedBoard(quickAfterSlow, timer);
    let completed = false;
    void board.completed.then(() => {
      completed = true;
    });
    board.openLine((response) => late.push(textOfBytes(response))).receive(bytesOf("A?\nB?\n"));
    timer.advance(8.9);
    await Promise.resolve();
    expect([late, completed]).toEqual([[], false]);
    timer.advance(0.1);
    await board.completed;
    expect(late).toEqual(["a\n", "b\n"]);
  });
});

test("a state that has diverged, and an empty message, change nothing", () => {
  const message = (text: string) => ({ kind: "message", bytes: bytesOf(text) }) as const;
  const fault = { kind: "fault", error: -161, detail: "x" } as const;
  const diverged: ReplayState = { kind: "diverged", position: 0, expected: undefined, got: message("x") };
  for (const got of [message(""), message("*IDN?"), message("ONE?"), fault])
    expect(follow(script, diverged, got)).toEqual({ state: diverged, answers: [] });
  expect(follow(script, startOfReplay, message("")).state).toBe(startOfReplay);
});

test("a request that was no message is expected again, and another one that is none differs", () => {
  const broken = scriptOf([sent(0, "A? #0\n"), received(1, "x\n")]);
  const say = (text: string) => {
    const board = new ReplayedBoard(broken);
    const answer = textOfBytes(concatBytes(board.openLine(() => {}).receive(bytesOf(text))));
    return { answer, kind: board.state.kind };
  };
  expect(say("A? #0\n")).toEqual({ answer: "x\n", kind: "following" });
  expect(say("A? #9999999999\n")).toEqual({ answer: "", kind: "diverged" });
});

describe("what was recorded from the emulated firmware", () => {
  const region: Region = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };

  /** Pulses and reads, pipelined. */
  async function work(chip: RemoteChip): Promise<unknown[]> {
    const pulse = chip.pulse(region, {
      kind: "per-cell",
      shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
      amplitudeCodes: Uint16Array.from({ length: 16 }, (_, n) => 10 * n),
    });
    const read: Promise<Readout> = chip.read(region, { averages: 3, readVolts: 0.2 });
    const refused = chip.read({ ...region, row: 3 }, { averages: 3, readVolts: 0.2 }).catch(String);
    const done = [await pulse, await read, await refused, await chip.waitUntil(1000)];
    await chip.safeOff();
    await chip.close();
    return done;
  }

  async function recorded() {
    const recording = memoryRecording();
    const timer = new VirtualTimer();
    const firmware = new Firmware(fakeArray(exampleDescriptor), 7);
    const inner = inProcessTransport(firmware.openLine());
    const options = { timer, lastWords: new Uint8Array() };
    const chip = await openRemoteChip(withRecording(inner, recording.recorder, options), timer);
    const { bootId, descriptor } = chip;
    const done = await work(chip);
    return { bootId, descriptor, done, script: scriptOf(recording.events) };
  }

  test("is given to the same host again, byte for byte", async () => {
    const first = await recorded();
    const board = new ReplayedBoard(first.script);
    const again = await openRemoteChip(inProcessTransport(board.openLine(() => {})), new VirtualTimer());
    expect({ bootId: again.bootId, descriptor: again.descriptor }).toEqual({
      bootId: first.bootId,
      descriptor: first.descriptor,
    });
    expect(await work(again)).toEqual(first.done);
    expect(isComplete(first.script, board.state)).toBe(true);
  });
});
