/** Waiting that can be stopped. */

import type { Timer } from "./clock.ts";

/** Comes back after the given seconds. @throws what `stopped` makes, as soon as the signal is aborted. */
export function sleep(
  seconds: number,
  timer: Timer,
  signal: AbortSignal | undefined,
  stopped: () => Error,
): Promise<void> {
  let cancel = (): void => {};
  const slept = new Promise<void>((resolve) => {
    cancel = timer.after(seconds, resolve);
  });
  return unlessStopped(slept, signal, stopped).finally(cancel);
}

/**
 * What `work` gives, unless the signal is aborted before.
 * @param late is given what comes after that, to let go of it. @throws what `work` throws, or what `stopped` makes.
 */
export function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  stopped: () => Error,
  late: (value: T) => unknown = () => {},
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(stopped());
      work.then(late).catch(() => {});
    };
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
