import { expect, test } from "vitest";
import { sleep, unlessStopped } from "../../src/core/sleep.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

/** `Promise.withResolvers` is not in Node 20. */
function deferred() {
  let resolve = (_: number): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<number>((take, refuse) => {
    resolve = take;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

const stopped = (): Error => new Error("stopped");

test("a sleep is over after its time, and lets go of the signal", async () => {
  const timer = new VirtualTimer();
  const stop = new AbortController();
  const asleep = sleep(5, timer, stop.signal, stopped);
  timer.advance(5);
  await asleep;
  stop.abort();
  expect(timer.waiting).toBe(0);
});

test("a sleep that is stopped, before or during it, throws and leaves no appointment", async () => {
  const timer = new VirtualTimer();
  const stop = new AbortController();
  const asleep = sleep(5, timer, stop.signal, stopped);
  stop.abort();
  await expect(asleep).rejects.toThrow("stopped");
  await expect(sleep(5, timer, stop.signal, stopped)).rejects.toThrow("stopped");
  expect(timer.waiting).toBe(0);
});

test("what comes after the stop is let go of, and a failure then is nobody's", async () => {
  const stop = new AbortController();
  const late: number[] = [];
  const work = deferred();
  const raced = unlessStopped(work.promise, stop.signal, stopped, (value) => late.push(value));
  const failing = deferred();
  const failed = unlessStopped(failing.promise, stop.signal, stopped);
  stop.abort();
  await expect(raced).rejects.toThrow("stopped");
  await expect(failed).rejects.toThrow("stopped");
  work.resolve(7);
  failing.reject(new Error("late"));
  await work.promise;
  await Promise.resolve();
  expect(late).toEqual([7]);
});
