/** How long a lost board is looked for, what ends the search, and the long sleeps of a chip whose line may be lost meanwhile. */

import { describe, expect, test } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { troubles } from "./flaky-board.ts";
import { applied, bench, options, square, trainOf } from "./reconnect-bench.ts";
import { labError } from "./scripted-transport.ts";

describe("a search for the board", () => {
  test("is over when its time is, and what follows fails at once", async () => {
    const { world, board, chip } = await bench({ totalSeconds: 20 });
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

describe("while the host sleeps until a chip time", () => {
  test("a board that fell silent is found within 15 s", async () => {
    const { world, board, chip, notices } = await bench({ totalSeconds: 5, clocked: true });
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
    const { world, board, chip, notices } = await bench({ clocked: true });
    let losses = 0;
    board.script = () => (++losses % 12 === 0 ? "unheard" : undefined);
    expect(await world.run(chip.waitUntil(1500))).toBeGreaterThanOrEqual(1500);
    expect(notices.length).toBeGreaterThan(2 * 6);
  });

  test("other operations mend the line, and the sleep is not disturbed", async () => {
    const { world, board, chip } = await bench({ clocked: true });
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
