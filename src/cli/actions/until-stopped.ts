/** What a command that serves something waits for. */

/** Until the user stops it, or, where asked for, stdin closes. */
export function untilStopped(stop: AbortSignal, untilStdinCloses: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve());
    if (!untilStdinCloses) return;
    process.stdin.on("end", () => resolve());
    process.stdin.resume();
  });
}
