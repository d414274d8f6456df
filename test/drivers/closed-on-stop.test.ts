import { expect, test } from "vitest";
import { closedOnStop } from "../../drivers/transport/closed-on-stop.ts";
import { labError } from "./scripted-transport.ts";

/** A line whose waits end when it is closed. */
function line() {
  let end = (_: Error): void => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  ended.catch(() => {});
  let closings = 0;
  return {
    ended,
    get closings() {
      return closings;
    },
    async close() {
      closings++;
      end(new Error("closed"));
    },
  };
}

test("without a stop it gives what the work gives, throws what the work throws, and closes nothing", async () => {
  const one = line();
  for (const signal of [undefined, new AbortController().signal]) {
    expect(await closedOnStop(one, signal, async () => 7)).toBe(7);
    const failing = closedOnStop(one, signal, () => Promise.reject(new TypeError("mine")));
    await expect(failing).rejects.toThrow(new TypeError("mine"));
  }
  expect(one.closings).toBe(0);
});

test("a stop closes the line, which ends the work", async () => {
  const one = line();
  const stop = new AbortController();
  const work = closedOnStop(one, stop.signal, () => one.ended);
  stop.abort();
  expect(one.closings).toBe(1);
  await expect(work).rejects.toMatchObject(labError("INTERRUPTED"));
});

test("after a stop nothing is begun", async () => {
  const one = line();
  const work = closedOnStop(one, AbortSignal.abort(), () => expect.unreachable("it was begun"));
  await expect(work).rejects.toMatchObject(labError("INTERRUPTED"));
  expect(one.closings).toBeGreaterThan(0);
});

test("what the work gives behind a stop is a closed line, and so not given", async () => {
  const one = line();
  const stop = new AbortController();
  const work = closedOnStop(one, stop.signal, async () => stop.abort());
  await expect(work).rejects.toMatchObject(labError("INTERRUPTED"));
});

test("once the work has ended, a stop leaves the line to its user", async () => {
  const one = line();
  const stop = new AbortController();
  await closedOnStop(one, stop.signal, async () => {});
  stop.abort();
  expect(one.closings).toBe(0);
});
