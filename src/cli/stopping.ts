/** What Ctrl-C does: once, the command stops at a safe point; twice, every board is switched safe-off now; a third time, nothing more. And what a fault does. */

import { errorCatalogue } from "../core/errors.ts";
import { type Showing, shownFailure } from "./failure.ts";
import type { OpenBoards } from "./open-boards.ts";
import type { Output } from "./output.ts";

export interface Stopping {
  readonly stop: AbortController;
  readonly boards: OpenBoards;
  readonly output: Output;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** Returns what a signal calls. */
export function onSignal({ stop, boards, output, exit }: Stopping): () => void {
  const end = (): void => {
    output.error("pcmlab: stopped at once [INTERRUPTED]");
    exit(errorCatalogue.INTERRUPTED.exitCode);
  };
  return () => {
    if (boards.areLeft) return end();
    if (stop.signal.aborted) return void leave(boards, output).then(end);
    stop.abort();
    const again = boards.areOpen ? "switch the drives off and stop at once" : "stop at once";
    output.note(`stopping at the next safe point; again to ${again}`);
  };
}

/** Returns what an error that nothing caught calls: no board is left with its drives on by a fault of pcmlab itself. */
export function onFault(
  { stop, boards, output, exit }: Stopping,
  showing: Showing,
): (failure: unknown) => void {
  return (failure) => {
    // A board that was left in a hurry fails whatever used it.
    if (boards.areLeft) return;
    stop.abort();
    const { text, exitCode } = shownFailure(failure, showing);
    output.error(text.trimEnd());
    void leave(boards, output).then(() => exit(exitCode));
  };
}

async function leave(boards: OpenBoards, output: Output): Promise<void> {
  for (const { name, isOff } of await boards.leaveAll()) {
    if (isOff) output.note(`${name}: its drives are off`);
    else output.warn(`${name} did not say that its drives are off; switch its power off if in doubt`);
  }
}
