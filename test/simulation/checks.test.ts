/** What judges a simulated run finds what is wrong. */

import { expect, test } from "vitest";
import { zeroCounters } from "../../firmware-protocol/link/counters.ts";
import { bytesOf, concatBytes } from "../../src/core/bytes.ts";
import { accountViolations } from "./accounts.ts";
import { Books, wearViolations } from "./books.ts";
import { FrameWitness } from "./frame-witness.ts";
import { SentFrames } from "./sent-frames.ts";
import { wholeArray } from "./silicon.ts";

const oneCell = { ...wholeArray, row: 1, column: 2, rows: 1, columns: 1 };
const cell = wholeArray.columns + 2;

function booksOf(pulses: number, unknownPulses: number): Books {
  const books = new Books();
  books.add(oneCell, { pulses: Uint16Array.of(pulses), unknownPulses });
  return books;
}

const wearOf = (pulses: number): Uint32Array => new Books().pulses.map((_, n) => (n === cell ? pulses : 0));

test.each([
  [3, 0, 3, []],
  [3, 1, 2, []],
  [3, 1, 3, []],
  [3, 1, 4, [`cell ${cell} felt 4 pulses, the host booked 3`]],
  [3, 0, 2, ["1 booked pulses were not given, the host calls 0 unknown"]],
  [3, 1, 1, ["2 booked pulses were not given, the host calls 1 unknown"]],
])("%i booked pulses, %i of them unknown, and a wear of %i", (booked, unknown, wear, violations) => {
  expect(wearViolations(booksOf(booked, unknown), wearOf(wear))).toEqual(violations);
});

const frame = (text: string): Uint8Array => bytesOf(`\0${text}\0`);
const sent = new SentFrames();
for (const text of ["one", "two"]) sent.add(frame(text));

const heardBy = (side: "host" | "board", ...chunks: readonly (Uint8Array | "silence")[]) => {
  const witness = new FrameWitness(sent, side);
  let seconds = 0;
  for (const chunk of chunks) {
    if (chunk === "silence") seconds += 1;
    else witness.hear(chunk, seconds);
  }
  return { intact: witness.intact, damaged: witness.damaged };
};

test("the witness tells frames from damage, however they are chopped, and leaves out what the board takes for a line", () => {
  const whole = concatBytes([frame("one"), frame("two"), frame("thr"), frame("one").slice(1)]);
  for (let cut = 0; cut <= whole.length; cut++)
    expect(heardBy("host", whole.slice(0, cut), whole.slice(cut))).toEqual({ intact: 3, damaged: 1 });
  const bared = frame("one").slice(1);
  expect(heardBy("host", bared)).toEqual({ intact: 1, damaged: 0 });
  expect(heardBy("board", bared, frame("two"))).toEqual({ intact: 1, damaged: 0 });
  expect(heardBy("board", frame("two"), bared)).toEqual({ intact: 2, damaged: 0 });
  expect(heardBy("board", frame("two"), "silence", bared)).toEqual({ intact: 1, damaged: 0 });
});

test("every counter that is off by one is named", () => {
  const witness = new FrameWitness(sent, "host");
  witness.hear(concatBytes([frame("one"), frame("thr")]), 0);
  const sound = { ...zeroCounters(), dataSent: 1, inOrder: 1, badCrc: 1 };
  const of = (change: Partial<typeof sound>): string[] =>
    accountViolations({ name: "end", counters: { ...sound, ...change }, witness, framesWritten: 1 });
  expect(of({})).toEqual([]);
  expect(of({ retransmitted: 1 })).toEqual(["end: frames sent, written: 2, 1"]);
  expect(of({ duplicates: 1 })).toEqual(["end: frames received, handed over intact: 2, 1"]);
  expect(of({ badCrc: 0 })).toEqual(["end: damaged frames, handed over damaged: 0, 1"]);
  expect(of({ illegal: 1 })).toEqual(["end: illegal inputs: 1, 0"]);
});
