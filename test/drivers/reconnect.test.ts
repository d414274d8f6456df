/** A cable that is pulled at every point of every exchange: the caller gets the answer, and no pulse happens twice. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openReconnectingChip } from "../../drivers/chip/reconnecting-chip.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import type { SerialPorts } from "../../drivers/serial/port-facts.ts";
import { mvm } from "../../firmware-protocol/operation/mvm.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import type { PulseReceipt, PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { exampleDescriptor } from "../firmware/fake-array.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { FlakyBoard, type Trouble, troubles } from "./flaky-board.ts";
import { labError } from "./scripted-transport.ts";

const square: Region = { array: 0, row: 1, column: 1, rows: 2, columns: 2 };
const options = { averages: 2, readVolts: 0.2 };
const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };

/** A train that can be told from others. */
const trainOf = (code: number): PulseTrain => ({
  kind: "per-cell",
  shape,
  amplitudeCodes: Uint16Array.of(0, code, 0, code),
});

const noPorts: SerialPorts = { list: async () => [], behind: async (path) => path };

interface Bench {
  readonly world: VirtualWorld;
  readonly board: FlakyBoard;
  readonly chip: RemoteChip;
  readonly notices: string[];
  readonly stop: AbortController;
}

async function bench(totalSeconds = 60, clocked = false): Promise<Bench> {
  const world = new VirtualWorld();
  const board = new FlakyBoard(world, clocked);
  const notices: string[] = [];
  const stop = new AbortController();
  const opening = openReconnectingChip("here", {
    timer: world,
    clock: world,
    connect: (name, sought) => board.connect(name, sought),
    ports: noPorts,
    totalSeconds,
    notice: (text) => notices.push(text),
    signal: stop.signal,
  });
  return { world, board, notices, stop, chip: await world.run(opening) };
}

/** The codes of the trains that the silicon got, in order. */
const applied = ({ array }: FlakyBoard): number[] =>
  array.trains.map(({ train }) => (train.kind === "per-cell" ? train.amplitudeCodes[1]! : 0));

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
          next: expect.stringContaining("program the rest again"),
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

describe("a search for the board", () => {
  test("is over when its time is, and what follows fails at once", async () => {
    const { world, board, chip } = await bench(20);
    board.comesBack = { name: "here", afterSeconds: 3000 };
    board.script = () => "unheard";
    const began = world.monotonicSeconds();
    await expect(world.run(chip.now())).rejects.toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringMatching(/did not come back within 20 s \(last attempt: there is no port here\)/),
      next: expect.stringContaining("--reconnect"),
    });
    expect(world.monotonicSeconds() - began).toBeLessThan(20.1);
    expect(board.attempts.length).toBeLessThan(20);
    await expect(chip.safeOff()).rejects.toMatchObject(labError("LINK_LOST"));
    await chip.close();
  });

  test("ends with INTERRUPTED when the user stops", async () => {
    const { world, board, chip, stop } = await bench();
    board.comesBack = { name: "here", afterSeconds: 3000 };
    board.script = () => "unheard";
    world.after(7, () => stop.abort());
    await expect(world.run(chip.pulse(square, trainOf(1)))).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(world.monotonicSeconds()).toBeCloseTo(7, 0);
  });

  test("ends with INTERRUPTED during an attempt, and what opens late is closed", async () => {
    const { world, board, chip, stop } = await bench();
    board.script = () => "unheard";
    board.openingSeconds = 20;
    world.after(7, () => stop.abort());
    await expect(world.run(chip.now())).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(world.monotonicSeconds()).toBeCloseTo(7, 0);
    expect(board.open).toBe(1);
    await world.run(world.pause(20));
    expect(board.open).toBe(0);
  });

  test.each(["ENVIRONMENT", "USAGE"] as const)("goes on after a passing %s", async (code) => {
    const { world, board, chip } = await bench();
    board.script = (_, number) => (number === 0 ? "unheard" : undefined);
    const asked = chip.now();
    board.refuses = new LabError(code, "not now");
    world.after(9, () => {
      board.refuses = undefined;
    });
    await world.run(asked);
    expect(world.monotonicSeconds()).toBeGreaterThan(9);
  });

  test("ends when the chip is closed", async () => {
    const { world, board, chip } = await bench();
    board.comesBack = { name: "here", afterSeconds: 3000 };
    board.script = () => "unheard";
    const asked = chip.now().catch((failure: unknown) => failure);
    world.after(2, () => void chip.close());
    expect(await world.run(asked)).toMatchObject(labError("LINK_LOST"));
    expect(world.waiting).toBeLessThan(3);
  });

  test("is not begun for ever for an operation that loses the line each time", async () => {
    const { world, board, chip } = await bench();
    board.script = (message) => (message.startsWith("ARR") ? "unheard" : undefined);
    await expect(world.run(chip.read(square, options))).rejects.toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringContaining("4 times at the same operation"),
    });
    expect(board.heard.filter((message) => message.startsWith("ARR")).length).toBe(4);
  });

  test("goes on when a second line is lost before the answer", async () => {
    const { world, board, chip, notices } = await bench();
    board.script = (_, number) => (number < 3 ? troubles[number] : undefined);
    expect((await world.run(chip.pulse(square, trainOf(4)))).certainty).toBe("acknowledged");
    expect(applied(board)).toEqual([4]);
    expect(notices.length).toBe(6);
  });
});

test("a board that another program pulsed meanwhile is left alone", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const pulsing = chip.pulse(square, trainOf(1));
  world.after(3.01, async () => {
    const other = await board.connect("here");
    await other.pulse(square, trainOf(70));
    await other.pulse(square, trainOf(71));
  });
  await expect(world.run(pulsing)).rejects.toMatchObject({
    ...labError("LINK_LOST"),
    message: expect.stringContaining("another program pulsed the board"),
  });
  expect(applied(board)).toEqual([70, 71]);
});

describe("another program that pulses under the same ids while the line is lost", () => {
  const elsewhere: Region = { ...square, row: 2 };

  async function pulsedByAnother(
    others: number,
  ): Promise<Bench & { ended: PromiseSettledResult<unknown>[] }> {
    const made = await bench();
    const { world, board, chip } = made;
    await world.run(chip.pulse(square, trainOf(1)));
    board.script = (_, number) => (number === 1 ? "unheard" : undefined);
    const pulsing = Promise.allSettled([chip.pulse(square, trainOf(2)), chip.pulse(square, trainOf(3))]);
    world.after(3.01, async () => {
      const other = await board.connect("here");
      for (let n = 0; n < others; n++) await other.pulse(elsewhere, trainOf(70 + n));
    });
    return { ...made, ended: await world.run(pulsing) };
  }

  test.each([1, 2, 3])("%i times is noticed, and its record is not taken for ours", async (others) => {
    const { board, chip, ended } = await pulsedByAnother(others);
    for (const one of ended)
      expect(one).toMatchObject({
        reason: {
          ...labError("LINK_LOST"),
          unsent: false,
          message: expect.stringMatching(
            /another program pulsed the board.* 2 pulse operations were applied/,
          ),
        },
      });
    expect(applied(board)).toEqual([1, 70, 71, 72].slice(0, 1 + others));
    await expect(chip.pulse(square, trainOf(9))).rejects.toMatchObject({ unsent: true });
  });

  test("is noticed by pulses that were not sent before", async () => {
    const { world, board, chip } = await bench();
    board.script = (_, number) => (number === 0 ? "unheard" : undefined);
    const asked = chip.now().catch(() => undefined);
    const pulsing = new Promise((_, reject) => {
      world.after(1, () => void chip.pulse(square, trainOf(1)).catch(reject));
    });
    world.after(3.01, async () => {
      await (await board.connect("here")).pulse(elsewhere, trainOf(70));
    });
    await expect(world.run(pulsing)).rejects.toMatchObject({
      ...labError("LINK_LOST"),
      unsent: true,
      message: expect.stringContaining("no pulses were under way"),
    });
    await asked;
    expect(applied(board)).toEqual([70]);
  });
});

test("bytes that nobody asked for, while nothing is under way, cost one reconnect", async () => {
  const { world, board, chip, notices } = await bench();
  await world.run(chip.now());
  board.noise();
  await world.run(world.pause(1));
  expect(await world.run(chip.pulse(square, trainOf(1)))).toMatchObject({ certainty: "acknowledged" });
  expect(applied(board)).toEqual([1]);
  expect(notices.length).toBe(2);
});

test("pulses that were asked for while the line was down, and never sent, say so", async () => {
  const { world, board, chip } = await bench(20);
  board.comesBack = { name: "here", afterSeconds: 3000 };
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const sent = chip.pulse(square, trainOf(1));
  const waiting = new Promise((resolve) => {
    world.after(1, () => void chip.pulse(square, trainOf(2)).catch(resolve));
  });
  const [first, second] = await world.run(Promise.all([sent.catch((failure: unknown) => failure), waiting]));
  expect(first).toMatchObject({ ...labError("LINK_LOST"), unsent: false });
  expect(second).toMatchObject({ ...labError("LINK_LOST"), unsent: true });
});

test("what is asked for while the line is down is sent afterwards, behind what is older", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const older = chip.pulse(square, trainOf(1));
  const newer = new Promise<PulseReceipt>((resolve, reject) => {
    world.after(1, () => void chip.pulse(square, trainOf(2)).then(resolve, reject));
  });
  const receipts = await world.run(Promise.all([older, newer]));
  expect(receipts.map(({ operationId }) => operationId)).toEqual([1, 2]);
  expect(applied(board)).toEqual([1, 2]);
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

test("no more is kept than a session takes", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const asked = Array.from({ length: 65 }, () => chip.now().catch((failure: unknown) => failure));
  const answers = await world.run(Promise.all(asked));
  expect(answers.filter((answer) => typeof answer === "number").length).toBe(64);
  expect(answers.at(-1)).toBeInstanceOf(RangeError);
});

describe("while the host sleeps until a chip time", () => {
  test("a board that fell silent is found within 15 s", async () => {
    const { world, board, chip, notices } = await bench(5, true);
    const began = world.monotonicSeconds();
    world.after(200, () => {
      board.script = () => "ignored";
      board.name = undefined;
    });
    await expect(world.run(chip.waitUntil(1000))).rejects.toMatchObject(labError("NO_ANSWER"));
    expect(notices.length).toBe(1);
    expect(world.monotonicSeconds() - began).toBeLessThan(200 + 15 + 5 + 0.1);
  });

  test("a line that is lost now and then is mended, however often", async () => {
    const { world, board, chip, notices } = await bench(60, true);
    let losses = 0;
    board.script = () => (++losses % 12 === 0 ? "unheard" : undefined);
    expect(await world.run(chip.waitUntil(1500))).toBeGreaterThanOrEqual(1500);
    expect(notices.length).toBeGreaterThan(2 * 6);
  });

  test("other operations mend the line, and the sleep is not disturbed", async () => {
    const { world, board, chip } = await bench(60, true);
    const asleep = chip.waitUntil(100);
    world.after(42.5, () => {
      board.script = (message) => {
        board.script = () => undefined;
        return message.startsWith("ARR") ? "unheard" : undefined;
      };
      void chip.read(square, options);
    });
    expect(await world.run(asleep)).toBeGreaterThanOrEqual(100);
    expect(world.monotonicSeconds()).toBeLessThan(101);
  });
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
  const world = new VirtualWorld();
  const board = new FlakyBoard(world, false, exampleDescriptor);
  const chip = await world.run(
    openReconnectingChip("here", {
      timer: world,
      clock: world,
      connect: (name, sought) => board.connect(name, sought),
      ports: noPorts,
      totalSeconds: 1,
      notice: () => {},
    }),
  );
  await expect(world.run(operations.mvm!(chip))).rejects.toMatchObject(labError("LIMIT"));
});
