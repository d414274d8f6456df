/** What an emulated chip takes of memory; `npm run bench -- emulator` prints the same figures. */

import { expect, test } from "vitest";
import { measuredMemory } from "../bench/memory.ts";

/** The bound of issue 4, matrices held for the MVM and memory of its kernel included. */
const mostBytes = 64;

test.each(["hermes-core", "fusion-1m"])("%s takes at most 64 bytes a device", async (name) => {
  const memory = await measuredMemory(name);
  expect(memory.devices).toBeGreaterThan(40);
  expect(memory.all, JSON.stringify(memory)).toBeLessThanOrEqual(mostBytes);
});

test("a core that multiplies holds its matrices and its kernel, and nothing for each device beside", async () => {
  const { matrices, kernel } = await measuredMemory("hermes-core");
  // Three signs of 2.5 bytes a unit cell of four devices.
  expect(matrices).toBeGreaterThan(1.8);
  expect(matrices).toBeLessThan(2.2);
  expect(kernel).toBeLessThan(2.5);
});
