/** A line held to the rate of a UART, in virtual time. */

import { expect, test } from "vitest";
import { type PacedLine, pacedLine } from "../../mocks/host/paced-line.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";

const baud = 100_000;
const bytesPerSecond = baud / 10;

/** A line whose far end reads or does not, and what came out of it. */
function bench() {
  const world = new VirtualWorld();
  const out: number[] = [];
  let free: Promise<void> | undefined;
  let read = (): void => {};
  const line: PacedLine = pacedLine(baud, world, world, (bytes) => {
    out.push(...bytes);
    return free;
  });
  return {
    world,
    line,
    out,
    stall() {
      free = new Promise((resolve) => {
        read = () => {
          free = undefined;
          resolve();
        };
      });
    },
    read: () => read(),
  };
}

const bytes = Uint8Array.from({ length: 5000 }, (_, n) => n & 0xff);

test("lets out as many bytes as the line carries, in their order", async () => {
  const { world, line, out } = bench();
  void line.push(bytes);
  await world.run(world.pause(0.1));
  expect(Math.abs(out.length - 0.1 * bytesPerSecond)).toBeLessThan(20);
  await world.run(world.pause(1));
  expect(out).toEqual([...bytes]);
  expect(world.waiting).toBe(0);
});

test("holds everything back while the far end does not read, and goes on at the same rate when it does", async () => {
  const { world, line, out, stall, read } = bench();
  stall();
  void line.push(bytes);
  await world.run(world.pause(10));
  const before = out.length;
  expect(before).toBeLessThan(20);
  expect([line.waitingBytes, world.waiting]).toEqual([bytes.length - before, 0]);
  const pushed = line.push(bytes);
  read();
  await world.run(world.pause(0.1));
  expect(Math.abs(out.length - before - 0.1 * bytesPerSecond)).toBeLessThan(20);
  await world.run(pushed);
  await world.run(world.pause(1));
  expect(out).toEqual([...bytes, ...bytes]);
});

test("does not come back from a push while more waits than a UART holds", async () => {
  const { world, line, stall, read } = bench();
  stall();
  let taken = false;
  const pushed = line.push(new Uint8Array(20_000)).then(() => {
    taken = true;
  });
  await world.run(world.pause(60));
  expect(taken).toBe(false);
  read();
  await world.run(pushed);
});

test("that is stopped lets nothing out any more and keeps no timer, stalled or not", async () => {
  for (const stalled of [false, true]) {
    const { world, line, out, stall, read } = bench();
    if (stalled) stall();
    void line.push(bytes);
    await world.run(world.pause(0.01));
    line.stop();
    const before = out.length;
    read();
    await world.run(world.pause(1));
    expect([out.length, world.waiting]).toEqual([before, 0]);
  }
});
