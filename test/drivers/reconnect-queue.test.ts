/** What is asked for, or arrives, while the line to a board is lost or idle. */

import { expect, test } from "vitest";
import type { PulseReceipt } from "../../src/chip/pulse.ts";
import { applied, bench, square, trainOf } from "./reconnect-bench.ts";
import { labError } from "./scripted-transport.ts";

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
  const { world, board, chip } = await bench({ totalSeconds: 20 });
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

test("no more is kept than a session takes", async () => {
  const { world, board, chip } = await bench();
  board.script = (_, number) => (number === 0 ? "unheard" : undefined);
  const asked = Array.from({ length: 65 }, () => chip.now().catch((failure: unknown) => failure));
  const answers = await world.run(Promise.all(asked));
  expect(answers.filter((answer) => typeof answer === "number").length).toBe(64);
  expect(answers.at(-1)).toBeInstanceOf(RangeError);
});
