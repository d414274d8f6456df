/** Waits, within a bounded time, until the chip that was lost answers again, wherever it is plugged in now. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { sleep, unlessStopped } from "../../src/core/sleep.ts";
import type { PortFacts, SerialPorts } from "../serial/port-facts.ts";
import { interrupted } from "../transport/closed-on-stop.ts";
import { AnotherBoard } from "../transport/sought-board.ts";
import { candidates, type Lost, portKey } from "./candidates.ts";
import { sameChip } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";

export interface ConnectOnce {
  readonly sought?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface BoardSearch {
  readonly timer: Timer;
  readonly clock: Clock;
  /**
   * Opens a board by name; in a search only the one that identifies itself as `sought`, and any other instrument is asked for
   * nothing else. The signal ends the opening. @throws AnotherBoard then, or another LabError.
   */
  readonly connect: (name: string, options: ConnectOnce) => Promise<RemoteChip>;
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

/**
 * Failures that another attempt may not meet: the port is not there yet, is still held, still boots or belongs to another board;
 * the system did not list its devices this time, or two of them fit until one is unplugged.
 */
const passing = new Set<string>([
  "PORT_MISSING",
  "PORT_BUSY",
  "PORT_PERMISSION",
  "NOT_OURS",
  "NO_ANSWER",
  "LINK_LOST",
  "BAD_REPLY",
  "ENVIRONMENT",
  "USAGE",
]);

/**
 * @param cause why the board was lost.
 * @throws LabError of the code of `cause` when the time is over, INTERRUPTED, and what no further attempt can mend.
 */
export async function waitForBoard(
  lost: Lost,
  { identification, descriptor }: Pick<RemoteChip, "identification" | "descriptor">,
  cause: LabError,
  search: BoardSearch,
  signal: AbortSignal,
): Promise<Found> {
  const { clock, timer, totalSeconds } = search;
  const until = clock.monotonicSeconds() + totalSeconds;
  const round: Round = {
    search,
    identification,
    descriptor,
    ruledOut: new Set(),
    signal,
    last: undefined,
  };
  for (let pause = firstPauseSeconds; ; pause = Math.min(2 * pause, longestPauseSeconds)) {
    const found = await tried(round, lost);
    if (found !== undefined) return found;
    const left = until - clock.monotonicSeconds();
    if (left <= 0) throw notBack(cause, totalSeconds, round.last);
    await sleep(Math.min(pause, left), timer, signal, interrupted);
  }
}

interface Round {
  readonly search: BoardSearch;
  readonly identification: string;
  readonly descriptor: Descriptor;
  /** Ports, as `portKey` names them, behind which another board identified itself. */
  readonly ruledOut: Set<string>;
  readonly signal: AbortSignal;
  /** Why the last attempt failed. */
  last: LabError | undefined;
}

async function tried(round: Round, lost: Lost): Promise<Found | undefined> {
  const ports = await listed(round, lost);
  for (const name of candidates(lost, ports, round.ruledOut)) {
    if (round.signal.aborted) throw interrupted();
    const chip = await opened(round, name, ports);
    if (chip !== undefined) return { chip, name };
  }
  return undefined;
}

/** The ports of this moment. A list that cannot be made leaves the old name, and what was ruled out. */
async function listed({ search, ruledOut }: Round, { port }: Lost): Promise<readonly PortFacts[]> {
  if (port === undefined) return [];
  const ports = await search.ports.list().catch(() => undefined);
  if (ports === undefined) return [];
  const keys = new Set(ports.map(portKey));
  // What is plugged in there next may be the board.
  for (const key of ruledOut) if (!keys.has(key)) ruledOut.delete(key);
  return ports;
}

/** The chip behind a name when it is the one that is looked for. */
async function opened(
  round: Round,
  name: string,
  ports: readonly PortFacts[],
): Promise<RemoteChip | undefined> {
  try {
    return await connected(round, name);
  } catch (failure) {
    if (!(failure instanceof LabError && passing.has(failure.code))) throw failure;
    round.last = failure;
    const port = ports.find(({ path }) => path === name);
    if (failure instanceof AnotherBoard && port !== undefined) round.ruledOut.add(portKey(port));
  }
  return undefined;
}

async function connected({ search, identification, descriptor, signal }: Round, name: string) {
  const attempt = search.connect(name, { sought: identification, signal });
  const chip = await unlessStopped(attempt, signal, interrupted, (late) => late.close());
  if (sameChip(chip.descriptor, descriptor)) return chip;
  await chip.close();
  throw new AnotherBoard(name, chip.identification);
}

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
