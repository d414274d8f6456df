/** What every command is given: time, a way to speak to the user, and the signal that the user wants to stop. */

import type { Clock, Timer } from "../core/clock.ts";
import type { Prng } from "../core/prng.ts";
import type { OpenBoards } from "./open-boards.ts";
import type { Output } from "./output.ts";

export interface Context {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Differs from run to run. What a seed should reproduce does not draw from it. */
  readonly prng: Prng;
  readonly output: Output;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
  /** Whoever opens a board adds it: the second Ctrl-C leaves them all. */
  readonly boards: OpenBoards;
  /** Asks the person at the terminal; missing where nobody is there. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** The arguments as given, for records. */
  readonly commandLine: readonly string[];
}
