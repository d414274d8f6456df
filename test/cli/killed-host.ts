/** Hosts that are killed at a chosen point: from then on nothing they do reaches store, ledger or chip. The board lives on. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { MethodName } from "../../calibration/methods/names.ts";
import { decodeState, finished } from "../../calibration/program-verify/band-state.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import type { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { withGuardedChip } from "../../src/cli/actions/guarded-chip.ts";
import { LineRemarks } from "../../src/cli/actions/line-remarks.ts";
import { type ProgramArguments, programOn } from "../../src/cli/actions/program.ts";
import { resumeOn } from "../../src/cli/actions/resume.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { readNetwork } from "../../src/network/read.ts";
import { Connection } from "../../src/store/connection.ts";
import { openStore } from "../../src/store/store.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { classifier, ramp } from "../network/networks.ts";

export class Killed extends Error {}

/** Passes so many points and kills at the next one; a host that is dead reaches nothing. */
export class KillSwitch {
  left = Number.POSITIVE_INFINITY;
  dead = false;
  passed = 0;

  point(): void {
    if (this.dead) throw new Killed("dead");
    if (this.left-- > 0) {
      this.passed++;
      return;
    }
    this.dead = true;
    throw new Killed("killed");
  }

  /** What the test does itself is no point. */
  aside<T>(work: () => T): T {
    const { left, passed } = this;
    this.left = Number.POSITIVE_INFINITY;
    try {
      return work();
    } finally {
      this.left = left;
      this.passed = passed;
    }
  }

  arm(points: number): void {
    this.left = points;
    this.dead = false;
    this.passed = 0;
  }
}

/** Every write to any SQLite file is a point before and after it; a transaction is one before its end, too. */
export function killableStores(kill: Pick<KillSwitch, "point">): void {
  for (const method of ["run", "transaction", "quickTransaction"] as const) {
    const original: (...given: never[]) => unknown = Connection.prototype[method];
    vi.spyOn(Connection.prototype, method).mockImplementation(function (
      this: Connection,
      ...given: unknown[]
    ) {
      kill.point();
      const result = Reflect.apply(original, this, given);
      kill.point();
      return result;
    } as never);
  }
}

const cellsPerRow = 64;
const whole: Region = { array: 0, row: 0, column: 0, rows: 64, columns: cellsPerRow };
/** Devices that can all be programmed well within the iterations of the loop: every target has to be met. */
const profile = {
  ...tiny,
  device: {
    ...tiny.device,
    stuckSetProbability: 0,
    stuckResetProbability: 0,
    slow: { probability: 0, factor: 1 },
    half: { ...tiny.device.half, logSpread: 0.02 },
    slope: { ...tiny.device.slope, logSpread: 0.02 },
    floor: { ...tiny.device.floor, logSpread: 0.1 },
    cycle: { ...tiny.device.cycle, logSpread: 0.02 },
  },
};

/** Two matrices, 3 x 3 and 4 x 2 with its biases: 34 devices in two tiles. */
const onnx = encodeModel(
  classifier({
    nodes: [
      onnxNode("Gemm", ["image", "a.weight"], ["a"]),
      onnxNode("Relu", ["a"], ["r"]),
      onnxNode("Gemm", ["r", "b.weight", "b.bias"], ["scores"]),
    ],
    initializers: [
      floatTensor("a.weight", [3, 3], ramp(9, -1, 0.23)),
      floatTensor("b.weight", [3, 2], [1, -2, 3, -1, 2, -3]),
      floatTensor("b.bias", [2], [0.5, -0.5]),
    ],
    input: ["batch", 3],
    classes: 2,
  }),
);
export const maxPulsesPerCell = 400;

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1e9 };
const silent = { write: () => true };

/** A board, a store and a ledger that outlive any host. */
export class Bench {
  readonly #firmware: Firmware;
  readonly #folder: string;
  readonly #kill: KillSwitch;
  readonly #store: string;
  readonly #algorithm: MethodName;
  /** What a host did that it must not do. */
  readonly faults: string[] = [];
  /** Of the next hosts. */
  maxPulsesPerCell = maxPulsesPerCell;
  verifyAt: string | undefined;
  /** How often the board has lost its power: a bare number: its devices stay what they are. */
  powerCuts = 0;

  constructor(folder: string, seed: number, kill: KillSwitch, algorithm: MethodName = "melt-quench") {
    this.#algorithm = algorithm;
    this.#firmware = powerUp({ profile, seed }, { bootId: seed, life: `life-${seed}` }).firmware;
    this.#folder = folder;
    this.#kill = kill;
    this.#store = join(folder, `${seed}.db`);
  }

  /** One host, which begins the run or goes on with it. Gives false when it was killed. */
  async host(stop: AbortSignal = new AbortController().signal): Promise<boolean> {
    const chip = await this.#chip();
    const { pulses } = await chip.perform(trueWear, { region: whole });
    const unread = Uint8Array.from(pulses, (count) => (count > 0 ? 1 : 0));
    const left = this.#kill.aside(() => this.#left());
    const board = this.#watched(chip, unread, left.finished);
    try {
      await this.#work(board, left.begun, this.#context(stop));
      return true;
    } catch (failure) {
      if (this.#kill.dead) return false;
      // Killed after the very last write.
      if (failure instanceof LabError && failure.message.endsWith("was finished")) return true;
      throw failure;
    }
  }

  async #work(board: OpenedChip, begun: boolean, context: Context): Promise<unknown> {
    const args: ProgramArguments = {
      network: "net.onnx",
      chip: "board",
      baud: 1,
      store: this.#store,
      ledger: this.#folder,
      maxPulsesPerCell: this.maxPulsesPerCell,
      gmax: "10uS",
      bias: "array",
      scale: "layer",
      devices: 2,
      converterCalibration: "nominal",
      algorithm: this.#algorithm,
      verifyAt: this.verifyAt,
    };
    return withGuardedChip(args, board, context, async ({ chip, ledger }) => {
      const link = { chip, board, ledger, remarks: new LineRemarks(context) };
      if (!begun) return programOn(link, { args, onnx, network: readNetwork(onnx) }, context);
      const store = openStore(this.#store, { mode: "existing" });
      try {
        return await resumeOn(link, store, args, context);
      } finally {
        store.close();
      }
    });
  }

  /** Another program gives every cell of a region one pulse. */
  async pulsedByAnother(region: Region): Promise<void> {
    const context = this.#context(new AbortController().signal);
    const board = await this.#chip();
    await withGuardedChip({ ledger: this.#folder }, board, context, ({ chip }) =>
      chip.pulse(region, {
        kind: "per-cell",
        shape: { widthSeconds: 1e-7, trailingSeconds: 0 },
        amplitudeCodes: new Uint16Array(cellCount(region)).fill(400),
      }),
    );
  }

  /** The emulator's own count, cell by cell. */
  async wear(): Promise<Uint32Array> {
    return (await (await this.#chip()).perform(trueWear, { region: whole })).pulses;
  }

  async conductances(): Promise<Float32Array> {
    return (await (await this.#chip()).perform(trueConductance, { region: whole })).siemens;
  }

  read<T>(look: (store: ReturnType<typeof openStore>) => T): T {
    const store = openStore(this.#store, { mode: "create" });
    try {
      return look(store);
    } finally {
      store.close();
    }
  }

  /** Whether there is a run to go on with, and which cells of the chip it has programmed to their end. */
  #left(): { readonly begun: boolean; readonly finished: Uint8Array } {
    const cells = new Uint8Array(cellCount(whole));
    if (!existsSync(this.#store)) return { begun: false, finished: cells };
    const mark = (region: Region, n: number): void => {
      const row = region.row + Math.floor(n / region.columns);
      cells[row * cellsPerRow + region.column + (n % region.columns)] = 1;
    };
    const begun = this.read((store) => {
      if (store.plans.latest() === undefined) return false;
      const programmed = new Set(store.programmings.current().map(({ tile }) => tile));
      for (const { id, region } of store.networks.get().tiles) {
        if (programmed.has(id)) for (let n = 0; n < cellCount(region); n++) mark(region, n);
        // The board finishes devices by itself, and is not told to pulse those again (methods-resumed.test.ts).
        if (this.#algorithm === "on-board") continue;
        // The network is small: a tile is one band.
        for (const { state } of store.checkpoints.of(id))
          decodeState(state, cellCount(region)).stages.forEach((stage, n) => {
            if (stage === finished) mark(region, n);
          });
      }
      return true;
    });
    return { begun, finished: cells };
  }

  #watched(chip: RemoteChip, unread: Uint8Array, done: Uint8Array): OpenedChip {
    const kill = this.#kill;
    const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
      kill.point();
      const answer = await ask();
      kill.point();
      return answer;
    };
    const eachChosen = (region: Region, chosen: ArrayLike<number>, visit: (cell: number) => void): void => {
      for (let n = 0; n < chosen.length; n++)
        if (chosen[n] !== 0)
          visit(
            (region.row + Math.floor(n / region.columns)) * cellsPerRow +
              region.column +
              (n % region.columns),
          );
    };
    const check = (region: Region, train: PulseTrain): void =>
      eachChosen(region, train.kind === "per-cell" ? train.amplitudeCodes : train.mask, (cell) => {
        if (unread[cell] !== 0) this.faults.push(`cell ${cell} was pulsed again before it was read`);
        if (done[cell] !== 0) this.faults.push(`cell ${cell} was finished and pulsed again`);
      });
    const { onBoard } = chip;
    return {
      ...chip,
      ...(onBoard && {
        onBoard: {
          start: (order, announce) => asked(() => onBoard.start(order, announce)),
          progress: (id) => asked(() => onBoard.progress(id)),
          abort: (id) => asked(() => onBoard.abort(id)),
          result: (id, cells) => asked(() => onBoard.result(id, cells)),
        },
      }),
      bootId: chip.bootId + this.powerCuts,
      currentBootId: () => asked(async () => (await chip.currentBootId()) + this.powerCuts),
      read: (region, options) =>
        asked(() => {
          eachChosen(region, options.mask ?? new Uint8Array(cellCount(region)).fill(1), (cell) => {
            unread[cell] = 0;
          });
          return chip.read(region, options);
        }),
      pulse: (region, train) =>
        asked(() => {
          check(region, train);
          return chip.pulse(region, train);
        }),
      temperature: () => asked(() => chip.temperature()),
      now: () => asked(() => chip.now()),
    };
  }

  #chip(): Promise<RemoteChip> {
    return openRemoteChip(inProcessTransport(this.#firmware.openLine()), new VirtualTimer());
  }

  #context(stop: AbortSignal): Context {
    const timer = new VirtualTimer();
    return {
      clock,
      timer,
      prng: seededPrng(1),
      output: new Output({ stdout: silent, stderr: silent }, clock, { json: false, quiet: true }),
      stop,
      boards: new OpenBoards(timer),
      commandLine: ["program"],
    };
  }
}
