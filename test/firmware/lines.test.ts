import { describe, expect, test } from "vitest";
import { serveLine, silenceSeconds } from "../../mocks/host/line-server.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { askOn, benchOf } from "./bench.ts";

/** A served line with virtual time. */
function served() {
  const bench = benchOf();
  const timer = new VirtualTimer();
  const answers: string[] = [];
  const line = serveLine(bench.line, timer, (response) => answers.push(textOfBytes(response)));
  return {
    ...bench,
    timer,
    answers,
    send: (text: string) => line.receive(bytesOf(text)),
    stop: () => line.stop(),
  };
}

describe("silence inside a message", () => {
  test("of a second gives the message up, says so in the queue, and the next message works", () => {
    const { timer, send, answers } = served();
    send("ARR:READ? 0,0,0,1,1,1,0.2,#3100abc\n");
    timer.advance(silenceSeconds - 0.001);
    send("\n*IDN?\n");
    expect(answers).toEqual([]);
    timer.advance(silenceSeconds);
    send("*OPC?\nSYST:ERR?\nSYST:ERR?\n");
    expect(answers).toEqual([
      "1\n",
      '-161,"Invalid block data;the line fell silent inside a message"\n',
      '0,"No error"\n',
    ]);
  });

  test("ends the skipping of a message that was too long", () => {
    const { timer, send, answers, errors } = served();
    send("x".repeat(10_000));
    timer.advance(silenceSeconds);
    send("*OPC?\n");
    expect(answers).toEqual(["1\n"]);
    expect(errors()).toEqual([-363, -161]);
  });

  test("is no matter between messages", () => {
    const { timer, send, answers, errors } = served();
    send("*OPC?\n");
    expect(timer.waiting).toBe(0);
    timer.advance(3600);
    send("*OPC?\n");
    expect(answers).toEqual(["1\n", "1\n"]);
    expect(errors()).toEqual([]);
  });

  test("of less than a second is no matter however often it comes", () => {
    const { timer, send, answers } = served();
    for (const character of "*OPC?\n") {
      send(character);
      timer.advance(0.9 * silenceSeconds);
    }
    expect(answers).toEqual(["1\n"]);
  });
});

test("a line that is stopped within a message keeps no timer, and works on nothing more", () => {
  const { firmware, timer, send, answers, stop } = served();
  send("ARR:READ? 0,0,0,1,1,1,0.2,#3100abc");
  expect(timer.waiting).toBe(1);
  stop();
  expect(timer.waiting).toBe(0);
  send("*OPC?\n");
  expect([timer.waiting, answers]).toEqual([0, []]);
  expect(askOn(firmware.openLine(), "SYST:ERR?")).toBe('0,"No error"');
});

test("two lines of one board do not mix their bytes", () => {
  const { firmware, line } = benchOf();
  const other = firmware.openLine();
  line.receive(bytesOf("*OP"));
  expect(askOn(other, "*OPC?")).toBe("1");
  expect(askOn(line, "C?")).toBe("1");
});

test("a flood of garbage ends in one fault, and the next message works", () => {
  const { line, ask, errors } = benchOf();
  for (const byte of [0x00, 0xff]) {
    for (let n = 0; n < 16; n++) line.receive(new Uint8Array(1 << 16).fill(byte));
    expect(ask("")).toBe("");
    expect(ask("*OPC?")).toBe("1");
    expect(errors()).toEqual([-363]);
  }
});

test("messages of one chunk are answered in order, one response message each", () => {
  const { line } = benchOf();
  const answers = line
    .receive(bytesOf("*OPC?\n*ESE 4\n*ESE?;*STB?\nSYST:VERS?\n"))
    .map((bytes) => textOfBytes(bytes));
  expect(answers).toEqual(["1\n", "4;0\n", "1999.0\n"]);
});
