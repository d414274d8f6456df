/** What every command is given: time, a way to speak to the user, and the signal that the user wants to stop. */

import type { Clock, Timer } from "../core/clock.ts";
import type { Output } from "./output.ts";

export interface Context {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly output: Output;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
  /** The arguments as given, for records. */
  readonly commandLine: readonly string[];
}
