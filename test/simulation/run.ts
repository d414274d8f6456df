/** One seed, one run: the production host, a bad cable, a board, and what must hold afterwards whatever happened. */

import { counterNames, type LinkCounters, zeroCounters } from "../../firmware-protocol/link/counters.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import type { ErrorCode } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { accountViolations } from "./accounts.ts";
import { Books, wearViolations } from "./books.ts";
import type { LineLedger } from "./lossy-line.ts";
import { type Order, orderViolations, someOrders, workOff } from "./orders.ts";
import { programOnce, someTargets } from "./programming.ts";
import { SimulatedCable } from "./simulated-cable.ts";
import { type LineEnd, SimulatedHost } from "./simulated-host.ts";
import { type Faults, swarm } from "./swarm.ts";
import { VirtualWorld } from "./virtual-world.ts";

export interface Run {
  readonly kind: "orders" | "programming";
  /** False when the host gave up, having lost chip after chip to a board that was restarted again and again. */
  readonly finished: boolean;
  readonly faults: Faults;
  /** Sentences about what did not hold; empty when all is well. */
  readonly violations: readonly string[];
  readonly seconds: number;
  readonly failures: readonly ErrorCode[];
  readonly ends: readonly LineEnd[];
  /** Lines that were opened to a chip that went on. */
  readonly reconnections: number;
  readonly reboots: number;
  readonly pulls: number;
  readonly orders: readonly Order[];
  readonly pulses: number;
  readonly unknownPulses: number;
  readonly toBoard: LineLedger;
  readonly toHost: LineLedger;
  readonly host: LinkCounters;
  readonly board: LinkCounters;
}

/** The board's last session is forgotten by then, and nothing is under way any more. */
const drainSeconds = 60;
/** One run in so many programs a region. */
const programmingEvery = 5;

export async function simulate(seed: number): Promise<Run> {
  const world = new VirtualWorld();
  const prng = seededPrng(seed);
  const faults = swarm(prng);
  const cable = new SimulatedCable(world, prng, faults);
  const host = new SimulatedHost(world, cable, prng, faults);
  const books = new Books();
  const { silicon } = cable.board;
  const kind = seed % programmingEvery === 0 ? "programming" : "orders";
  const orders = kind === "orders" ? someOrders(prng) : [];
  const targets = someTargets(prng);
  const work = (chip: OpenedChip): Promise<void> =>
    kind === "orders" ? workOff(orders, chip, books, silicon, prng) : programOnce(targets, chip, books);
  const finished = await world.run(host.work(work));
  await world.run(world.pause(drainSeconds));
  const [hostCounters, boardCounters] = [added(host.counters()), added(cable.board.counters())];
  const revived = boardCounters.sessionsOpened > hostCounters.sessionsOpened;
  const boardAccounts = cable.board.accounts().map((accounts) => ({ ...accounts, revived }));
  return {
    kind,
    finished,
    faults,
    violations: [
      ...wearViolations(books, silicon.wear),
      ...(kind === "orders" ? orderViolations(orders, silicon) : []),
      ...[...host.accounts(), ...boardAccounts].flatMap(accountViolations),
      ...lineViolations("to the board", cable.ledgers.toBoard),
      ...lineViolations("to the host", cable.ledgers.toHost),
      ...failureViolations(cable, host),
      ...(kind === "orders" && !finished ? ["the orders were never worked off"] : []),
      ...byteViolations(
        cable.board.reboots + host.ends.length + host.failures.length,
        hostCounters,
        boardCounters,
      ),
    ],
    seconds: world.monotonicSeconds(),
    failures: host.failures,
    ends: host.ends,
    reconnections: host.counters().length - host.chips,
    reboots: cable.board.reboots,
    pulls: cable.pulls,
    orders,
    pulses: books.pulses.reduce((sum, pulses) => sum + pulses, 0),
    unknownPulses: books.unknownPulses,
    ...cable.ledgers,
    host: hostCounters,
    board: boardCounters,
  };
}

/** Everything that the line was given is accounted for. */
function lineViolations(where: string, ledger: LineLedger): string[] {
  const { sent, doubled, dropped, intact, damaged, bared, copies } = ledger;
  return sent + doubled === dropped + intact + damaged + bared + copies
    ? []
    : [`the line ${where} lost count: ${JSON.stringify(ledger)}`];
}

/** The chip says that it was lost, and nothing else, and only when its board lost the power or the line was lost. */
const lossCodes: readonly ErrorCode[] = ["BOARD_RESTARTED", "LINK_LOST", "NO_ANSWER", "PORT_MISSING"];

/**
 * A session ends only when the board lost its power or the cable was pulled; an opening may also fail when five frames in a row
 * or their answers are lost.
 */
function failureViolations(cable: SimulatedCable, { failures, ends }: SimulatedHost): string[] {
  const { pulls } = cable;
  const { reboots } = cable.board;
  const sessions = ends.filter((end) => end !== "noAnswer");
  const restarts = failures.filter((code) => code === "BOARD_RESTARTED");
  const strange = failures.filter((code) => !lossCodes.includes(code));
  return [
    ...(sessions.length > pulls + reboots ? [`sessions ended without a cause: ${sessions.join(" ")}`] : []),
    ...(restarts.length > reboots ? [`${restarts.length} restarts were noticed of ${reboots}`] : []),
    ...strange.map((code) => `a chip was lost by ${code}`),
  ];
}

/** Without failures every byte that was sent arrived once. */
function byteViolations(failures: number, host: LinkCounters, board: LinkCounters): string[] {
  if (failures > 0) return [];
  return host.bytesSent === board.bytesDelivered && board.bytesSent === host.bytesDelivered
    ? []
    : [
        `bytes sent and delivered: ${host.bytesSent}, ${board.bytesDelivered} and ${board.bytesSent}, ${host.bytesDelivered}`,
      ];
}

function added(all: readonly LinkCounters[]): LinkCounters {
  const sum = zeroCounters();
  for (const counters of all) for (const name of counterNames) sum[name] += counters[name];
  return sum;
}
