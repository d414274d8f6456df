/** Ctrl-C once, twice and three times, and boards that do not answer when they are left. */

import { describe, expect, test } from "vitest";
import { paintFor } from "../../src/cli/colour.ts";
import { type Leavable, OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { onFault, onSignal } from "../../src/cli/stopping.ts";
import { untilLeft } from "../../src/cli/until-left.ts";
import { numericalChip } from "../chip/numerical-chip.ts";
import { settled } from "../drivers/scripted-transport.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 0 };

function bench() {
  const timer = new VirtualTimer();
  const boards = new OpenBoards(timer);
  const stop = new AbortController();
  const exits: number[] = [];
  let said = "";
  const stream = { write: (text: string) => (said += text) };
  const output = new Output({ stdout: stream, stderr: stream }, clock, { json: false, quiet: false });
  const stopping = { stop, boards, output, exit: (code: number) => exits.push(code) };
  const signal = onSignal(stopping);
  const fault = onFault(stopping, { isVerbose: false, paint: paintFor(false) });
  return { timer, boards, stop, exits, signal, fault, said: () => said };
}

/** A board that notes what is asked of it. */
function board(safeOff: () => Promise<void> = async () => {}): Leavable & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    safeOff() {
      asked.push("safe-off");
      return safeOff();
    },
    async close() {
      asked.push("close");
    },
  };
}

test("once the boards are left, no cell is read or pulsed any more, whatever a command had in mind", async () => {
  const { signal, boards } = bench();
  const { chip, calls } = numericalChip(() => 1e-6);
  const left = untilLeft(chip, boards);
  const region = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };
  const train = {
    kind: "per-cell",
    shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
    amplitudeCodes: Uint16Array.of(9),
  } as const;
  signal();
  await left.pulse(region, train);
  signal();
  await expect(left.pulse(region, train)).rejects.toMatchObject({ code: "INTERRUPTED", unsent: true });
  await expect(left.read(region, { averages: 1, readVolts: 0.2 })).rejects.toMatchObject({
    code: "INTERRUPTED",
  });
  expect(calls).toHaveLength(1);
  await left.safeOff();
});

const never = (): Promise<never> => new Promise(() => {});

describe("a signal", () => {
  test("once asks the command to stop, and leaves the boards to it", async () => {
    const { signal, stop, boards, exits, said } = bench();
    const one = board();
    boards.add("./chip", Promise.resolve(one));
    signal();
    await settled();
    expect([stop.signal.aborted, boards.areLeft, one.asked, exits]).toEqual([true, false, [], []]);
    expect(said()).toMatch(/next safe point/);
  });

  test("twice switches every open board off, closes it, and ends with 130", async () => {
    const { signal, boards, exits, said, timer } = bench();
    const open = board();
    const closed = board();
    boards.add("./chip", Promise.resolve(open));
    boards.add("./other", Promise.resolve(closed))();
    signal();
    signal();
    expect(exits).toEqual([]);
    await settled();
    expect([open.asked, closed.asked]).toEqual([["safe-off", "close"], []]);
    expect(exits).toEqual([130]);
    expect(said()).toMatch(/\.\/chip: its drives are off\npcmlab: stopped at once \[INTERRUPTED\]\n$/);
    expect(timer.waiting).toBe(0);
  });

  test("twice without a board ends at once", async () => {
    const { signal, exits } = bench();
    signal();
    signal();
    await settled();
    expect(exits).toEqual([130]);
  });

  test("three times ends without waiting for anything", async () => {
    const { signal, boards, exits } = bench();
    boards.add("./chip", Promise.resolve(board(never)));
    signal();
    signal();
    await settled();
    expect(exits).toEqual([]);
    signal();
    expect(exits).toEqual([130]);
  });
});

describe("an error that nothing caught", () => {
  test("switches every open board off, stops the command, and ends with the exit code of a fault", async () => {
    const { fault, stop, boards, exits, said } = bench();
    const open = board();
    boards.add("./chip", Promise.resolve(open));
    fault(new TypeError("x is undefined"));
    expect([stop.signal.aborted, exits]).toEqual([true, []]);
    await settled();
    expect([open.asked, exits]).toEqual([["safe-off", "close"], [70]]);
    expect(said()).toMatch(
      /^pcmlab: a fault in pcmlab itself: x is undefined\n.*--verbose.*\n\.\/chip: its drives/,
    );
  });

  test("says nothing more once the boards were left", async () => {
    const { fault, signal, exits, said } = bench();
    signal();
    signal();
    fault(new TypeError("x is undefined"));
    await settled();
    expect(exits).toEqual([130]);
    expect(said()).not.toContain("x is undefined");
  });
});

test.each<[string, () => Promise<Leavable>, number]>([
  ["does not answer", async () => board(never), 0.5],
  ["cannot even be closed", async () => ({ safeOff: never, close: never }), 1],
  ["is still being opened", never, 1],
  ["lost its line", async () => board(() => Promise.reject(new Error("pulled"))), 0],
  ["could not be opened", () => Promise.reject(new Error("no port")), 0],
])("a board that %s is said not to be known off, within a second", async (_, opening, seconds) => {
  const { signal, boards, exits, said, timer } = bench();
  boards.add("./chip", opening());
  signal();
  signal();
  for (let passed = 0; passed < seconds; passed += 0.5) {
    await settled();
    expect(exits).toEqual([]);
    timer.advance(0.5);
  }
  await settled();
  expect(exits).toEqual([130]);
  expect(said()).toMatch(/warning: \.\/chip did not say that its drives are off/);
});
