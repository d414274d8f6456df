/** A lock over a line that is lost: what was held is held again before anything else is sent, or nothing is. */

import { describe, expect, test } from "vitest";
import { applied, bench, square, trainOf } from "./reconnect-bench.ts";
import { labError } from "./scripted-transport.ts";

describe("a lock that was held when the line was lost", () => {
  test("is shown again on the new line before pulses are sent again", async () => {
    const { world, board, chip } = await bench();
    await world.run(chip.lock!.request("mine", 600));
    board.script = (message, number) => (message === "ARRay:PULSe?" && number === 1 ? "unheard" : undefined);
    const receipt = await world.run(chip.pulse(square, trainOf(5)));
    expect(receipt.certainty).toBe("acknowledged");
    expect(applied(board)).toEqual([5]);
    expect(board.heard.slice(-2)).toEqual(["SYSTem:LOCK:REQuest?", "ARRay:PULSe?"]);
    expect(await world.run(chip.lock!.state())).toMatchObject({ holds: true, owner: "mine" });
  });

  test("and is another program's now ends the work, and nothing is pulsed", async () => {
    const { world, board, chip } = await bench();
    await world.run(chip.lock!.request("mine", 2));
    board.script = (message, number) => (message === "ARRay:PULSe?" && number === 1 ? "unheard" : undefined);
    const pulsing = chip.pulse(square, trainOf(5));
    world.after(3.01, async () => {
      const other = await board.connect("here");
      await other.lock!.request("theirs", 60);
    });
    await expect(world.run(pulsing)).rejects.toMatchObject({
      ...labError("LOCKED"),
      message: expect.stringContaining('locked by "theirs"'),
    });
    expect(applied(board)).toEqual([]);
  });

  test("survives a line that is lost again while it is shown", async () => {
    const { world, board, chip } = await bench();
    await world.run(chip.lock!.request("mine", 600));
    let losses = 0;
    board.script = (message) =>
      (message === "ARRay:PULSe?" || message === "SYSTem:LOCK:REQuest?") && losses++ < 2
        ? "unanswered"
        : undefined;
    await world.run(chip.pulse(square, trainOf(5)));
    expect(applied(board)).toEqual([5]);
    expect(await world.run(chip.lock!.state())).toMatchObject({ holds: true });
  });

  test("is not shown again once it was released", async () => {
    const { world, board, chip } = await bench();
    await world.run(chip.lock!.request("mine", 600));
    await world.run(chip.lock!.release("mine"));
    board.script = (message, number) => (message === "CHIP:TIME?" && number === 2 ? "unheard" : undefined);
    await world.run(chip.now());
    expect(board.heard.filter((message) => message === "SYSTem:LOCK:REQuest?")).toHaveLength(1);
    expect(await world.run(chip.lock!.state())).toMatchObject({ owner: undefined });
  });
});

test("pulses that a lock keeps away say so, and were not applied", async () => {
  const { world, board, chip } = await bench();
  const other = board.connect("here").then((opened) => opened.lock!.request("theirs", 60));
  await world.run(other);
  await expect(world.run(chip.pulse(square, trainOf(5)))).rejects.toMatchObject(labError("LOCKED"));
  expect(applied(board)).toEqual([]);
});
