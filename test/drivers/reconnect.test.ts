/** A cable that is pulled at every point of every exchange: the caller gets the answer, and no pulse happens twice. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { mvm } from "../../firmware-protocol/operation/mvm.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import type { PulseReceipt, PulseTrain } from "../../src/chip/pulse.ts";
import { exampleDescriptor } from "../firmware/fake-array.ts";
import { type FlakyBoard, type Trouble, troubles } from "./flaky-board.ts";
import { applied, bench, options, shape, square, trainOf } from "./reconnect-bench.ts";
import { labError } from "./scripted-transport.ts";

const operations: Record<string, (chip: RemoteChip) => Promise<unknown>> = {
  read: (chip) => chip.read(square, options),
  mvm: (chip) =>
    chip.mvm({
      cells: { row: 0, column: 0, rows: 2, columns: 2 },
      phases: 1,
      inputs: Int8Array.of(1, 2),
    }),
  now: (chip) => chip.now(),
  temperature: (chip) => chip.temperature(),
  safeOff: (chip) => chip.safeOff(),
  waitUntil: (chip) => chip.waitUntil(50),
  currentBootId: (chip) => chip.currentBootId(),
  "a train for each cell": (chip) => chip.pulse(square, trainOf(9)),
  "a shared train": (chip) =>
    chip.pulse(square, {
      kind: "shared",
      mask: Uint8Array.of(1, 0, 0, 1),
      steps: [{ amplitudeCode: 5, ...shape }],
    }),
};

/** Chip times apart: a reading that is asked again is a later one. */
function timeless(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const times = ["firstSampleSeconds", "lastSampleSeconds"];
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !times.includes(name)));
}

describe.each(troubles)("when a message is %s", (trouble) => {
  test.each(Object.keys(operations))("%s gives what it gives on a sound line", async (name) => {
    const ask = operations[name]!;
    const sound = await bench();
    const expected = await sound.world.run(ask(sound.chip));
    const { world, board, chip, notices } = await bench();
    board.script = (_, number) => (number === 0 ? trouble : undefined);
    expect(timeless(await world.run(ask(chip)))).toEqual(timeless(expected));
    expect(board.array.trains).toEqual(sound.board.array.trains);
    expect(notices.length).toBe(2);
    expect(notices[1]).toMatch(/^back under here after \d+\.\d s, 1 operation asked again$/);
  });

  test.each([0, 1, 2, 3])("as number %i of a pipeline, every pulse happens once and in order", async (at) => {
    const { world, board, chip } = await bench();
    board.script = (_, number) => (number === at ? trouble : undefined);
    const all = Promise.all([
      chip.pulse(square, trainOf(1)),
      chip.pulse(square, trainOf(2)),
      chip.read(square, options),
      chip.pulse(square, trainOf(3)),
    ]);
    const [first, second, , third] = await world.run(all);
    expect(applied(board)).toEqual([1, 2, 3]);
    expect([first, second, third].map(({ operationId }) => operationId)).toEqual([1, 2, 3]);
    expect(third.certainty).toBe("acknowledged");
    expectInOrder([first, second, third]);
  });

  test("a board that lost its power meanwhile is BOARD_RESTARTED, and nothing is sent to it", async () => {
    const { world, board, chip } = await bench();
    board.losesPower = true;
    board.script = (_, number) => (number === 1 ? trouble : undefined);
    if (trouble === "ignored" || trouble === "late") board.script = troubleWithPower(board, trouble);
    await world.run(chip.pulse(square, trainOf(1)));
    const both = Promise.allSettled([chip.pulse(square, trainOf(2)), chip.pulse(square, trainOf(3))]);
    const done = applied(board).length;
    for (const ended of await world.run(both))
      expect(ended).toMatchObject({
        reason: {
          ...labError("BOARD_RESTARTED"),
          message: expect.stringContaining("unknown whether 2 pulse operations were applied"),
          next: expect.stringContaining("`pcmlab resume` programs the rest"),
        },
      });
    expect(applied(board).length - done).toBeLessThanOrEqual(2);
    const applications = applied(board);
    expect(applications).toEqual([1, 2, 3].slice(0, applications.length));
    await expect(chip.now()).rejects.toMatchObject(labError("BOARD_RESTARTED"));
  });
});

/** A line that looks well is given up after a timeout, by which time the board has long restarted. */
function troubleWithPower(board: FlakyBoard, trouble: Trouble): FlakyBoard["script"] {
  return (_, number) => {
    if (number !== 1) return undefined;
    board.restart();
    return trouble === "late" ? "unheard" : trouble;
  };
}

/** Receipts of pulses that were sent in this order overlap at most in what is not known. */
function expectInOrder(receipts: readonly PulseReceipt[]): void {
  for (const [n, receipt] of receipts.entries()) {
    expect(receipt.endSeconds).toBeGreaterThanOrEqual(receipt.startSeconds);
    const next = receipts[n + 1];
    if (next !== undefined) expect(next.startSeconds).toBeGreaterThanOrEqual(receipt.startSeconds);
    if (next?.certainty === "acknowledged")
      expect(next.startSeconds).toBeGreaterThanOrEqual(receipt.endSeconds - 1e-12);
  }
}

describe("two pulses whose replies were both lost", () => {
  test("the older one is unknown, between what was known before it and the start of the newer one", async () => {
    const { world, board, chip, notices } = await bench();
    await world.run(chip.waitUntil(100));
    board.script = (_, number) => (number === 1 ? "all-unanswered" : undefined);
    const [older, newer] = await world.run(
      Promise.all([chip.pulse(square, trainOf(1)), chip.pulse(square, trainOf(2))]),
    );
    expect(older).toEqual({
      operationId: 1,
      certainty: "unknown",
      pulses: 2,
      startSeconds: 100,
      endSeconds: newer.startSeconds,
    });
    expect(newer).toMatchObject({ operationId: 2, certainty: "acknowledged" });
    expect(newer.startSeconds).toBeCloseTo(100.002, 9);
    expect(notices[1]).toMatch(/1 operation asked again, 1 with an unknown outcome$/);
    expect(applied(board)).toEqual([1, 2]);
  });

  test("a second loss while that is found out changes nothing", async () => {
    for (const second of troubles) {
      const { world, board, chip } = await bench();
      board.script = (_, number) => (number === 0 ? "all-unanswered" : number === 2 ? second : undefined);
      const [older, newer] = await world.run(
        Promise.all([chip.pulse(square, trainOf(1)), chip.pulse(square, trainOf(2))]),
      );
      expect([older.certainty, newer.certainty], second).toEqual(["unknown", "acknowledged"]);
      expect(applied(board), second).toEqual([1, 2]);
    }
  });
});

test("a refusal of a pulse that was sent again stays a refusal when the board did not handle it", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const tooLong: PulseTrain = {
    kind: "per-cell",
    shape: { ...shape, widthSeconds: 1 },
    amplitudeCodes: Uint16Array.of(1, 1, 1, 1),
  };
  const refused = world.run(chip.pulse(square, tooLong));
  await expect(refused).rejects.toMatchObject(labError("REFUSED"));
  expect(applied(board)).toEqual([]);
});

test("an operation that may not be repeated fails, the others go on", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const once = { ...trueWear, repeatable: false };
  const [lost, temperature] = await world.run(
    Promise.allSettled([chip.perform(once, { region: square }), chip.temperature()]),
  );
  expect(lost).toMatchObject({ reason: labError("LINK_LOST") });
  expect(temperature).toMatchObject({ value: 300 });
  expect(mvm.repeatable).toBe(true);
});

const certaintyOf = (ended: PromiseSettledResult<PulseReceipt> | undefined): string =>
  ended?.status === "fulfilled" ? ended.value.certainty : "failed";

const receiptsOf = (ended: readonly PromiseSettledResult<PulseReceipt>[], certainty: string): number =>
  ended.filter((one) => certaintyOf(one) === certainty).length;

test("whatever happens to a line, pulses happen at most once, in order, and are counted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.constantFrom(...troubles), { nil: undefined, freq: 3 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      async (script, count) => {
        const { world, board, chip } = await bench();
        board.script = (_, number) => script[number];
        const asked = Array.from({ length: count }, (_, n) => chip.pulse(square, trainOf(n + 1)));
        const ended = await world.run(Promise.allSettled(asked));
        const codes = applied(board);
        expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
        for (const [n, one] of ended.entries()) {
          if (one.status === "fulfilled" && one.value.certainty === "acknowledged")
            expect(codes).toContain(n + 1);
          if (one.status === "rejected") expect(one.reason).toMatchObject({ name: "LabError" });
        }
        const certain = (n: number): boolean => certaintyOf(ended[n - 1]) === "acknowledged";
        // What was applied is known to have been, or counts as unknown.
        if (ended.every(({ status }) => status === "fulfilled"))
          expect(codes.filter(certain).length).toBe(receiptsOf(ended, "acknowledged"));
      },
    ),
    { numRuns: 300 },
  );
});

test("a descriptor without MVM is refused before the line is asked", async () => {
  const { world, chip } = await bench({ descriptor: exampleDescriptor });
  await expect(world.run(operations.mvm!(chip))).rejects.toMatchObject(labError("LIMIT"));
});
