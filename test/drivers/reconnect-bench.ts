/** A chip behind a line that reconnects, with its board and its time, for the tests of what happens when the line is lost. */

import { openReconnectingChip } from "../../drivers/chip/reconnecting-chip.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import type { SerialPorts } from "../../drivers/serial/port-facts.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { FlakyBoard } from "./flaky-board.ts";

export const square: Region = { array: 0, row: 1, column: 1, rows: 2, columns: 2 };
export const options = { averages: 2, readVolts: 0.2 };
export const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };

/** A train that can be told from others. */
export const trainOf = (code: number): PulseTrain => ({
  kind: "per-cell",
  shape,
  amplitudeCodes: Uint16Array.of(0, code, 0, code),
});

export const noPorts: SerialPorts = { list: async () => [], behind: async (path) => path };

export interface Bench {
  readonly world: VirtualWorld;
  readonly board: FlakyBoard;
  readonly chip: RemoteChip;
  readonly notices: string[];
  readonly stop: AbortController;
}

interface BenchOptions {
  readonly totalSeconds?: number;
  /** The board's clock follows that of the world. */
  readonly clocked?: boolean;
  readonly descriptor?: Descriptor;
}

export async function bench({ totalSeconds = 60, clocked, descriptor }: BenchOptions = {}): Promise<Bench> {
  const world = new VirtualWorld();
  const board = new FlakyBoard(world, clocked, descriptor);
  const notices: string[] = [];
  const stop = new AbortController();
  const opening = openReconnectingChip("here", {
    timer: world,
    clock: world,
    connect: (name, { sought }) => board.connect(name, sought),
    ports: noPorts,
    totalSeconds,
    notice: (text) => notices.push(text),
    signal: stop.signal,
  });
  return { world, board, notices, stop, chip: await world.run(opening) };
}

/** The codes of the trains that the silicon got, in order. */
export const applied = ({ array }: FlakyBoard): number[] =>
  array.trains.map(({ train }) => (train.kind === "per-cell" ? train.amplitudeCodes[1]! : 0));
