/** Other people's drivers of boards with a lock, or that say so. */

import { expect, test } from "vitest";
import { drivenChip } from "../../drivers/chip/driven-chip.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";

const { chip } = numericalChip(() => 0);
const locking = { ...chip, descriptor: { ...smallDescriptor, features: ["lock"] } };

const lockThatGives = (state: unknown) => ({
  request: async () => state,
  state: async () => state,
  release: async () => state,
});

test("a driver with a lock is asked for it", async () => {
  const asked: unknown[] = [];
  const state = { holds: true, owner: "me", secondsLeft: 60 };
  const lock = {
    request: async (...all: unknown[]) => {
      asked.push(all);
      return state;
    },
    state: async () => state,
    release: async () => ({ holds: false, owner: undefined, secondsLeft: 0 }),
  };
  const driven = await drivenChip({ ...locking, lock }, "mine", "x");
  expect(await driven.lock?.request("me", 60)).toEqual(state);
  expect(await driven.lock?.state()).toEqual(state);
  expect(await driven.lock?.release("me")).toMatchObject({ owner: undefined });
  expect(asked).toEqual([["me", 60]]);
});

test.each([
  ["is held and free at once", { holds: true, owner: undefined, secondsLeft: 0 }],
  ["lasts for ever", { holds: true, owner: "me", secondsLeft: Number.POSITIVE_INFINITY }],
  ["does not say whether it is held", { holds: 1, owner: "me", secondsLeft: 3 }],
])("a driver whose lock %s is at fault", async (_, state) => {
  const driven = await drivenChip({ ...locking, lock: lockThatGives(state) }, "mine", "x");
  await expect(driven.lock?.state()).rejects.toMatchObject({
    code: "DRIVER",
    message: expect.stringContaining("gave a lock of"),
  });
});

test("a driver need not have a lock, but then must not announce it", async () => {
  expect((await drivenChip(chip, "mine", "x")).lock).toBeUndefined();
  for (const lock of [undefined, {}, { request: async () => ({}) }])
    await expect(drivenChip({ ...locking, lock }, "mine", "x")).rejects.toMatchObject({
      code: "DRIVER",
      message: expect.stringContaining("announces lock and lacks lock"),
    });
});
