/** Boards in the process whose line carries the reliable link, and the same with something wrong between the line and the board. */

import { openLink } from "../../drivers/link/link-transport.ts";
import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import type { HostedBoard } from "../../mocks/host/line-server.ts";
import { linkedLine } from "../../mocks/link/linked-line.ts";
import type { Report } from "../../src/conformance/report.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { type RunOptions, runConformance } from "../../src/conformance/run.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { EagerTimer } from "./eager-timer.ts";

/** The two directions of a line, and what stands at its ends. */
export interface Wires {
  readonly toBoard: (bytes: Uint8Array) => void;
  readonly toHost: (bytes: Uint8Array) => void;
  readonly firmware: Firmware;
  readonly timer: EagerTimer;
}

/** Makes the line of a board into that of one with a fault. */
export type LinkFault = (wires: Wires) => Partial<Pick<Wires, "toBoard" | "toHost">>;

export interface LinkedBoard {
  readonly fault?: LinkFault;
  readonly limits?: LinkLimits;
  /** What the link finds behind it. */
  readonly hosted?: (firmware: Firmware, timer: Timer) => HostedBoard;
}

/** A board of 1024-byte payloads and a window of 4, as in the vectors. */
const smallLimits: LinkLimits = { payloadBytes: 1024, windowFrames: 4 };

/** A new plug in the port of a board that goes on. */
function portOf(
  firmware: Firmware,
  { fault = () => ({}), limits = smallLimits, hosted = (board) => board }: LinkedBoard,
  timer: EagerTimer,
): Transport {
  const inbox = new Inbox();
  const clock: Clock = { monotonicSeconds: () => timer.seconds, wallSeconds: () => timer.seconds };
  const wires: Wires = {
    toBoard: (bytes) => void line.receive(bytes),
    toHost: (bytes) => inbox.bytes(bytes),
    firmware,
    timer,
  };
  const { toBoard, toHost } = { ...wires, ...fault(wires) };
  const line = linkedLine(
    hosted(firmware, timer),
    timer,
    clock,
    (bytes) => {
      toHost(bytes);
      return undefined;
    },
    limits,
  );
  return {
    name: "the board",
    listen: (listener) => inbox.listen(listener),
    async write(bytes) {
      if (inbox.closedBy !== undefined) throw inbox.closedBy;
      toBoard(bytes);
    },
    async close() {
      line.stop();
      inbox.close(new LabError("LINK_LOST", "the board was closed"));
    },
  };
}

/** Everything allowed, with a power switch, in no time; over the link, or with plain lines beside it. */
export async function checkedLinkedBoard(
  array: ChipArray,
  messages: "in frames" | "in plain lines",
  board: LinkedBoard = {},
  options: Partial<RunOptions> = {},
): Promise<Report> {
  const timer = new EagerTimer();
  let firmware = new Firmware(array, 1);
  let sessions = 0;
  const port = async (): Promise<Transport> => portOf(firmware, board, timer);
  const connect = async (): Promise<Transport> => {
    const bare = await port();
    if (messages === "in plain lines") return bare;
    const clock: Clock = { monotonicSeconds: () => timer.seconds, wallSeconds: () => timer.seconds };
    return openLink(bare, timer, clock, ++sessions);
  };
  const powerCycle = (): Promise<Transport> => {
    firmware = new Firmware(array, 2);
    return connect();
  };
  return runConformance({
    transport: await connect(),
    timer,
    rules: allRules,
    pulses: true,
    connect,
    port: messages === "in frames" ? port : undefined,
    powerCycle,
    ...options,
  });
}
