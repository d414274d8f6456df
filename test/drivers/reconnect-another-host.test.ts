/** Another program that pulses the board while the line is lost: it is noticed, and its pulses are not taken for ours. */

import { describe, expect, test } from "vitest";
import type { Region } from "../../src/chip/region.ts";
import { applied, type Bench, bench, square, trainOf } from "./reconnect-bench.ts";
import { labError } from "./scripted-transport.ts";

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
