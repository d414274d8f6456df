/** The first contact on a serial line, in virtual time: the port is an emitter with the emulated firmware behind it, or nobody. */

import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { type GreetedPort, greet } from "../../drivers/serial/greeting.ts";
import { closedOnStop } from "../../drivers/transport/closed-on-stop.ts";
import { serveLine } from "../../mocks/host/line-server.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { benchOf } from "../firmware/bench.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { labError } from "./scripted-transport.ts";

class EmittingPort extends EventEmitter implements GreetedPort {
  hear: (bytes: Uint8Array) => void = () => {};

  async write(bytes: Uint8Array): Promise<void> {
    this.hear(bytes);
  }

  async close(): Promise<void> {
    this.emit("close");
  }
}

function bench() {
  const world = new VirtualWorld();
  const port = new EmittingPort();
  const board = benchOf();
  const line = serveLine(board.line, world, (response) => port.emit("data", response));
  port.hear = (bytes) => void line.receive(bytes);
  return { world, port, board };
}

/** A line on which the far end says so much at a time, so often: nothing, garbage, or an identification that does not end. */
const talkers: readonly (readonly [string, string, string | undefined])[] = [
  ["says nothing", "", undefined],
  ["says nothing and was lost before", "", "a,b,c,d"],
  ["sends garbage", "\x93\x00garbage", undefined],
  ["identifies itself without an end", "a,b,c,d\n", undefined],
];

function talking(text: string): { world: VirtualWorld; port: EmittingPort } {
  const world = new VirtualWorld();
  const port = new EmittingPort();
  const say = (): void => {
    port.emit("data", bytesOf(text));
    if (world.monotonicSeconds() < 30) world.after(0.05, say);
  };
  if (text !== "") world.after(0.05, say);
  return { world, port };
}

test("a board that was lost within a message has forgotten it before it is greeted again", async () => {
  const { world, port, board } = bench();
  const sought = board.ask("*IDN?");
  // The greeting would be the rest of the block.
  void port.write(bytesOf("ARR:READ? 0,0,0,4,4,1,0.2,#16"));
  await world.run(greet(port, "./board", world, sought));
  expect(board.errors()).toEqual([-161]);
  expect(world.waiting).toBe(0);
});

describe.each(talkers)("the greeting of a line that %s", (_, text, sought) => {
  test("ends by itself, with its error and no appointment of its own", async () => {
    const { world, port } = talking(text);
    const code = text === "" ? "NO_ANSWER" : "NOT_OURS";
    await expect(world.run(greet(port, "./board", world, sought))).rejects.toMatchObject(labError(code));
    expect(port.eventNames()).toEqual([]);
    expect(world.waiting).toBe(text === "" ? 0 : 1);
  });

  test.each([0, 0.04, 0.3, 1.2, 1.9])("ends at once when the port is closed after %d s", async (seconds) => {
    const { world, port } = talking(text);
    const greeting = greet(port, "./board", world, sought);
    world.after(seconds, () => void port.close());
    await expect(world.run(greeting)).rejects.toMatchObject(labError("LINK_LOST"));
    expect(world.monotonicSeconds()).toBe(seconds);
    expect(port.eventNames()).toEqual([]);
  });

  test.each([0, 0.04, 0.3, 1.2])("is INTERRUPTED at once when the user stops after %d s", async (seconds) => {
    const { world, port } = talking(text);
    const stop = new AbortController();
    const greeting = closedOnStop(port, stop.signal, () => greet(port, "./board", world, sought));
    world.after(seconds, () => stop.abort());
    await expect(world.run(greeting)).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(world.monotonicSeconds()).toBe(seconds);
  });
});
