/** Opening a board may wait for many seconds on one that says nothing; a user who stops the command waits for none of them. */

import { LabError } from "../../src/core/errors.ts";

export const interrupted = (): LabError =>
  new LabError("INTERRUPTED", "waiting for the board was stopped by the user", {
    next: "what was acknowledged is stored; plug the board in and run the command again",
  });

/** A line on which something waits: closing it, more than once if need be, ends the waits. */
interface Closable {
  close(): Promise<void>;
}

/**
 * What `use` gives. As soon as the signal is aborted the line is closed; once `use` has ended the signal closes nothing any more.
 * @throws what `use` throws, or INTERRUPTED once the signal was aborted; the line is closed then.
 */
export async function closedOnStop<T>(
  line: Closable,
  signal: AbortSignal | undefined,
  use: () => Promise<T>,
): Promise<T> {
  const close = (): void => void line.close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    if (!signal?.aborted) {
      const value = await use();
      if (!signal?.aborted) return value;
    }
  } catch (failure) {
    if (!signal?.aborted) throw failure;
  } finally {
    signal?.removeEventListener("abort", close);
  }
  await line.close();
  throw interrupted();
}
