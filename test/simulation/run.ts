/** One seed, one run: a host, a bad cable, a board, and what must hold afterwards whatever happened. */

import {
  counterNames,
  framesReceived,
  framesSent,
  type LinkCounters,
  zeroCounters,
} from "../../firmware-protocol/link/counters.ts";
import { seededPrng } from "../../src/core/prng.ts";
import type { FakeArray } from "../firmware/fake-array.ts";
import { SimulatedCable } from "./simulated-cable.ts";
import { type PulseOrder, SimulatedHost } from "./simulated-host.ts";
import { type Faults, swarm } from "./swarm.ts";
import { VirtualWorld } from "./virtual-world.ts";

export interface Run {
  readonly faults: Faults;
  /** Sentences about what did not hold; empty when all is well. */
  readonly violations: readonly string[];
  readonly seconds: number;
  readonly failures: readonly string[];
  readonly reboots: number;
  readonly book: readonly PulseOrder[];
  readonly host: LinkCounters;
  readonly board: LinkCounters;
}

export async function simulate(seed: number): Promise<Run> {
  const world = new VirtualWorld();
  const prng = seededPrng(seed);
  const faults = swarm(prng);
  const cable = new SimulatedCable(world, prng, faults);
  const host = new SimulatedHost(world, cable, prng, faults);
  await world.run(host.work());
  const hostCounters = added(host.counters);
  const boardCounters = added(cable.board.counters());
  return {
    faults,
    violations: [
      ...host.mismatches,
      ...pulseViolations(host.book, cable.board.array),
      ...countViolations(cable, hostCounters, boardCounters),
      ...failureViolations(cable, host.failures),
      ...byteViolations(host.failures.length + cable.board.reboots, hostCounters, boardCounters),
    ],
    seconds: world.monotonicSeconds(),
    failures: host.failures,
    reboots: cable.board.reboots,
    book: host.book,
    host: hostCounters,
    board: boardCounters,
  };
}

/** What the silicon got against what the host knows. */
function pulseViolations(book: readonly PulseOrder[], array: FakeArray): string[] {
  const applied = new Map<number, number>();
  for (const { train } of array.trains) {
    const id = train.kind === "per-cell" ? (train.amplitudeCodes[0] ?? 0) : 0;
    applied.set(id, (applied.get(id) ?? 0) + 1);
  }
  const wrong = book.flatMap(({ operationId, standing }) => {
    const times = applied.get(operationId) ?? 0;
    const allowed = standing === "unknown" ? times <= 1 : times === 1;
    const settled = standing === "acknowledged" || standing === "applied" || standing === "unknown";
    return allowed && settled
      ? []
      : [`operation ${operationId} is ${standing}, and was applied ${times} times`];
  });
  const strange = [...applied.keys()].filter((id) => !book.some(({ operationId }) => operationId === id));
  return [...wrong, ...strange.map((id) => `nobody asked for the pulses of operation ${id}`)];
}

/** Both ends against the cable: every frame that was sent is known to it, and nothing it damaged was taken for a frame. */
function countViolations(cable: SimulatedCable, host: LinkCounters, board: LinkCounters): string[] {
  const { toBoard, toHost } = cable.ledgers;
  const most = ({ intact, copies, bared }: typeof toBoard): number => intact + copies + bared;
  const facts: readonly [string, boolean][] = [
    [
      `the board sent ${framesSent(board)} frames, the cable took ${toHost.sent}`,
      framesSent(board) === toHost.sent,
    ],
    ["the board took a damaged frame", framesReceived(board) <= most(toBoard)],
    ["the host took a damaged frame", framesReceived(host) <= most(toHost)],
    ["an input was illegal", host.illegal + board.illegal === 0],
    ["a frame acknowledged what was never sent", host.badAcknowledgement + board.badAcknowledgement === 0],
    ["a frame with a good checksum had no sense", host.malformed + board.malformed === 0],
  ];
  return facts.filter(([, holds]) => !holds).map(([what]) => what);
}

/**
 * A session fails only when the board lost its power or the cable was pulled; an opening may also fail when five frames in a row
 * or their answers are lost.
 */
function failureViolations(cable: SimulatedCable, failures: readonly string[]): string[] {
  const ofSessions = failures.filter((failure) => !failure.includes("does not answer the opening"));
  return ofSessions.length > cable.pulls + cable.board.reboots
    ? [`failures without a cause: ${failures.join(" | ")}`]
    : [];
}

/** Without failures every byte that was sent arrived once. */
function byteViolations(failures: number, host: LinkCounters, board: LinkCounters): string[] {
  const more = board.bytesDelivered > host.bytesSent || host.bytesDelivered > board.bytesSent;
  const fewer = board.bytesDelivered < host.bytesSent || host.bytesDelivered < board.bytesSent;
  if (more && failures === 0) return ["more bytes arrived than were sent"];
  return fewer && failures === 0 ? ["bytes were lost although no session failed"] : [];
}

function added(all: readonly LinkCounters[]): LinkCounters {
  const sum = zeroCounters();
  for (const counters of all) for (const name of counterNames) sum[name] += counters[name];
  return sum;
}
