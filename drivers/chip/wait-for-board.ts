/** Waits, within a bounded time, until the chip that was lost answers again, wherever it is plugged in now. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import type { SerialPorts } from "../serial/port-facts.ts";
import { candidates, type Lost } from "./candidates.ts";
import { sameChip } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";

export interface BoardSearch {
  readonly timer: Timer;
  readonly clock: Clock;
  /** Opens a board by name. */
  readonly connect: (name: string) => Promise<RemoteChip>;
  readonly ports: SerialPorts;
  /** An attempt that began before may end later: the search lasts so long plus one opening at most. */
  readonly totalSeconds: number;
}

export interface Found {
  readonly chip: RemoteChip;
  readonly name: string;
}

/** Pauses between rounds of attempts double from the first to the longest. */
const firstPauseSeconds = 0.1;
const longestPauseSeconds = 2;

/** Failures that another attempt may not meet: the port is not there yet, is still held, still boots or belongs to another board. */
const passing = new Set<string>([
  "PORT_MISSING",
  "PORT_BUSY",
  "PORT_PERMISSION",
  "NOT_OURS",
  "NO_ANSWER",
  "LINK_LOST",
  "BAD_REPLY",
]);

/**
 * @param cause why the board was lost.
 * @throws LabError of the code of `cause` when the time is over, INTERRUPTED, and what no further attempt can mend.
 */
export async function waitForBoard(
  lost: Lost,
  descriptor: Descriptor,
  cause: LabError,
  search: BoardSearch,
  signal: AbortSignal,
): Promise<Found> {
  const { clock, timer, totalSeconds } = search;
  const until = clock.monotonicSeconds() + totalSeconds;
  const round: Round = { search, descriptor, ruledOut: new Set(), signal, last: undefined };
  for (let pause = firstPauseSeconds; ; pause = Math.min(2 * pause, longestPauseSeconds)) {
    const found = await tried(round, lost);
    if (found !== undefined) return found;
    const left = until - clock.monotonicSeconds();
    if (left <= 0) throw notBack(cause, totalSeconds, round.last);
    await paused(Math.min(pause, left), timer, signal);
  }
}

interface Round {
  readonly search: BoardSearch;
  readonly descriptor: Descriptor;
  readonly ruledOut: Set<string>;
  readonly signal: AbortSignal;
  /** Why the last attempt failed. */
  last: LabError | undefined;
}

async function tried(round: Round, lost: Lost): Promise<Found | undefined> {
  // A list that cannot be made leaves the old name.
  const ports = lost.port === undefined ? [] : await round.search.ports.list().catch(() => []);
  for (const name of candidates(lost, ports, round.ruledOut)) {
    if (round.signal.aborted) throw interrupted();
    const chip = await opened(round, name);
    if (chip !== undefined) return { chip, name };
  }
  return undefined;
}

/** The chip behind a name when it is the one that is looked for. */
async function opened(round: Round, name: string): Promise<RemoteChip | undefined> {
  try {
    const chip = await round.search.connect(name);
    if (sameChip(chip.descriptor, round.descriptor)) return chip;
    round.last = new LabError("NOT_OURS", `another chip answers on ${name}: ${chip.identification}`);
    round.ruledOut.add(name);
    await chip.close();
  } catch (failure) {
    if (!(failure instanceof LabError && passing.has(failure.code))) throw failure;
    round.last = failure;
    if (failure.code === "NOT_OURS") round.ruledOut.add(name);
  }
  return undefined;
}

function paused(seconds: number, timer: Timer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(interrupted());
    };
    const cancel = timer.after(seconds, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

const interrupted = (): LabError =>
  new LabError("INTERRUPTED", "waiting for the board was stopped by the user", {
    next: "what was acknowledged is stored; plug the board in and run the command again",
  });

function notBack(cause: LabError, totalSeconds: number, last: LabError | undefined): LabError {
  const why = last === undefined ? "" : ` (last attempt: ${last.message})`;
  return new LabError(
    cause.code,
    `${cause.message}; the board did not come back within ${totalSeconds} s${why}`,
    {
      cause,
      next: "check cable and power, then run the command again; what was acknowledged is stored, and --reconnect waits longer",
    },
  );
}
