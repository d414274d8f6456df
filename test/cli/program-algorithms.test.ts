/** `pcmlab program` by every algorithm on emulated boards within the process, and what the store holds then. */

import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { netSiemens } from "../../calibration/program-verify/device-order.ts";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import type { StuckPlace } from "../../mocks/array/crossbar.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { hermesCore } from "../../mocks/array/profiles/hermes-core.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { programFeature } from "../../src/chip/on-board.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { conductances } from "../../src/chip/readout.ts";
import { LineRemarks } from "../../src/cli/actions/line-remarks.ts";
import { type ProgramArguments, programOn } from "../../src/cli/actions/program.ts";
import { resumeOn } from "../../src/cli/actions/resume.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { readNetwork } from "../../src/network/read.ts";
import { placedBlocks } from "../../src/network/weight-blocks.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { classifier, ramp } from "../network/networks.ts";
import { freshPath } from "../store/temp-folder.ts";

const onnx = encodeModel(
  classifier({
    nodes: [
      onnxNode("Gemm", ["image", "a.weight"], ["a"]),
      onnxNode("Relu", ["a"], ["r"]),
      onnxNode("Gemm", ["r", "b.weight", "b.bias"], ["scores"]),
    ],
    initializers: [
      floatTensor("a.weight", [6, 8], ramp(48, -1, 0.04)),
      floatTensor("b.weight", [8, 2], ramp(16, 1, -0.13)),
      floatTensor("b.bias", [2], [0.5, -0.5]),
    ],
    input: ["batch", 6],
    classes: 2,
  }),
);

const argumentsFor = (store: string): ProgramArguments => ({
  ...{ network: "net.onnx", chip: "board", baud: 1, store, gmax: "10uS", bias: "array" },
  ...{ scale: "layer", devices: 2, converterCalibration: "nominal" },
});

interface Setting {
  readonly stuck?: readonly StuckPlace[];
  /** How the host sees the board. */
  readonly seen?: (chip: Chip) => Chip;
}

async function programmed(
  profile: ChipProfile,
  choices: Partial<ProgramArguments>,
  { stuck, seen = (chip) => chip }: Setting = {},
) {
  const { firmware } = powerUp({ profile, seed: 11 }, { bootId: 1, life: "life", stuck });
  const board = await openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
  const path = freshPath();
  const args = { ...argumentsFor(path), ...choices };
  const context = quietContext();
  const link = { chip: seen(board), board, remarks: new LineRemarks(context), ledger: { pulsesOf: () => 0 } };
  const summary = await programOn(link, { args, onnx, network: readNetwork(onnx) }, context);
  const store = openStore(path, { mode: "existing" });
  onTestFinished(() => store.close());
  return { store, board, summary };
}

function quietContext(stop: AbortSignal = new AbortController().signal): Context {
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1e9 };
  const silent = { write: () => true };
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

/** Net conductances as read after programming less the weight targets (S), of all blocks. */
function weightErrors(store: Store): number[] {
  const current = new Map(store.programmings.current().map((programming) => [programming.tile, programming]));
  const readouts = new Map(store.readouts.atAge(0).map((readout) => [readout.tile, readout]));
  return placedBlocks(store.networks.get().tiles).flatMap(({ block, tiles }) => {
    const siemens = tiles.flatMap(({ id }) => {
      const readout = readouts.get(id)!;
      const sums = store.readouts.codeSums(readout.id);
      return [...conductances(sums, readout.averages, readout.calibration, readout.region)];
    });
    const [first] = tiles;
    const wanted = store.programmings.cells(current.get(first!.id)!.id).weightTargetSiemens!;
    return [...netSiemens(block, Float32Array.from(siemens)).map((net, n) => net - wanted[n]!)];
  });
}

const cases = [
  ["melt-quench", tiny, { algorithm: "melt-quench" }],
  ["partial-set", tiny, { algorithm: "partial-set" }],
  ["residual", tiny, { algorithm: "residual" }],
  ["max-set-fill on four arrays", hermesCore, { algorithm: "max-set-fill", devices: 4 }],
  ["melt-quench on four arrays", hermesCore, { algorithm: "melt-quench", devices: 4 }],
  ["on-board", tiny, { algorithm: "on-board" }],
  ["gradient-descent", hermesCore, { algorithm: "gradient-descent", devices: 4 }],
] as const;

describe.each(cases)("%s", (_, profile, choices) => {
  test("brings the weights to their targets, and the store knows how", async () => {
    const { store, summary } = await programmed(profile, choices);
    expect(summary.algorithm).toBe(choices.algorithm);
    // A descent ends while many errors are above its margin, which is as small as the noise of a product.
    const descends = choices.algorithm === "gradient-descent";
    expect(summary.convergedNonZeroShare).toBeGreaterThan(descends ? 0.4 : 0.9);
    const programmings = store.programmings.current();
    expect(programmings.length).toBe(store.networks.get().tiles.length);
    for (const { algorithm } of programmings) expect(algorithm.name).toBe(choices.algorithm);
    const errors = weightErrors(store)
      .map(Math.abs)
      .sort((a, b) => a - b);
    // Read noise at 10 µS is half a microsiemens for each of the devices, and a descent uses more of them.
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(descends ? 0.7e-6 : 0.5e-6);
    expect(errors.at(-3)).toBeLessThan(2.5e-6);
  });
});

describe.each([
  ["melt-quench", tiny, {}],
  ["residual", tiny, { algorithm: "residual" }],
  ["on-board", tiny, { algorithm: "on-board" }],
  ["max-set-fill on four arrays", hermesCore, { algorithm: "max-set-fill", devices: 4 }],
] as const)("late verification of %s", (_, profile, choices) => {
  test("is a programming of its own, and all pulses together are the wear", async () => {
    const { store, board, summary } = await programmed(profile, { ...choices, verifyAt: "20s,5s" });
    const all = store.programmings.list();
    const { tiles } = store.networks.get();
    expect(all.length).toBe(3 * tiles.length);
    expect(all.every(({ complete }) => complete)).toBe(true);
    const current = store.programmings.current();
    expect(current.map(({ algorithm }) => algorithm.parameters.verifiedAtSeconds)).toEqual(
      tiles.map(() => 20),
    );
    for (const { tile, endedChipSeconds } of current) {
      const first = all.find((programming) => programming.tile === tile)!;
      const pulsesLate = all
        .filter((one) => one.tile === tile && one !== first)
        .some((one) => one.pulseCount > 0);
      const ageSeconds = endedChipSeconds - first.endedChipSeconds;
      if (pulsesLate) expect(ageSeconds).toBeGreaterThanOrEqual(5);
      else expect(ageSeconds).toBe(0);
    }
    expect(all.reduce((sum, { pulseCount }) => sum + pulseCount, 0)).toBe(summary.pulses);
    for (const { id, region } of tiles) {
      const wear = (await board.perform(trueWear, { region })).pulses;
      const booked = new Uint32Array(wear.length);
      for (const one of all.filter(({ tile }) => tile === id))
        store.programmings.cells(one.id).pulses.forEach((pulses, n) => {
          booked[n]! += pulses;
        });
      expect(booked).toEqual(Uint32Array.from(wear));
    }
    expect(store.readouts.completeAges()).toEqual([0]);
    // What drift compensation compares with was read before the late verifications.
    const firsts = tiles.map(({ id }) => all.find(({ tile }) => tile === id)?.id);
    expect(store.readouts.reference().map(({ programming }) => programming)).toEqual(firsts);
    expect(store.readouts.atAge(0).map(({ programming }) => programming)).toEqual(
      current.map(({ id }) => id),
    );
  });
});

test("readings that the run itself makes are of the asked age, counted from the last pulses", async () => {
  const { store } = await programmed(tiny, { algorithm: "residual", verifyAt: "5s", readAt: "25s,1h" });
  expect(store.readouts.completeAges()).toEqual([0, 25, 3600]);
  const ends = new Map(
    store.programmings.current().map(({ id, endedChipSeconds }) => [id, endedChipSeconds]),
  );
  for (const age of [25, 3600])
    for (const { programming, firstSampleSeconds } of store.readouts.atAge(age)) {
      const actual = firstSampleSeconds - (ends.get(programming!) ?? Number.NaN);
      expect(actual).toBeGreaterThanOrEqual(age);
      expect(actual).toBeLessThan(1.1 * age);
    }
});

describe.each(["melt-quench", "residual", "on-board"] as const)(
  "devices that are marked, by %s",
  (algorithm) => {
    test("get no pulse, and their partners make up for what they hold", async () => {
      // On the fourth word line: a device that conducts for its weight, and one that conducts against it, far more than is wanted.
      const stuck = [
        { array: 0, row: 3, column: 2, state: "high" },
        { array: 0, row: 3, column: 9, state: "high" },
        { array: 0, row: 3, column: 6, state: "low" },
      ] as const;
      const list = freshPath();
      writeFileSync(list, JSON.stringify(stuck));
      const { store, board, summary } = await programmed(tiny, { algorithm, avoid: [list] }, { stuck });
      const { tiles } = store.networks.get();
      const deviceAt = (row: number, column: number) => {
        const tile = tiles.find(
          ({ region }) =>
            row >= region.row &&
            row < region.row + region.rows &&
            column >= region.column &&
            column < region.column + region.columns,
        )!;
        const { id } = store.programmings.current().find((one) => one.tile === tile.id)!;
        const { outcomes, pulses, targetSiemens } = store.programmings.cells(id);
        const cell = (row - tile.region.row) * tile.region.columns + column - tile.region.column;
        return {
          outcome: cellOutcomes[outcomes[cell]!],
          pulses: pulses[cell],
          targetSiemens: targetSiemens[cell]!,
        };
      };
      for (const { row, column } of stuck)
        expect(deviceAt(row, column)).toMatchObject({ outcome: "skipped", pulses: 0 });
      expect(summary.outcomes.skipped).toBe(stuck.length);
      // No weight is above 10 µS, so that no partner would hold more by itself.
      for (const column of [3, 8]) expect(deviceAt(3, column).targetSiemens).toBeGreaterThan(11e-6);
      for (const { row, column } of stuck) {
        const region = { array: 0, row, column, rows: 1, columns: 1 };
        expect((await board.perform(trueWear, { region })).pulses[0]).toBe(0);
      }
    });
  },
);

describe.each(["melt-quench", "on-board"] as const)("a run by %s that the user stopped", (algorithm) => {
  test("is gone on with by the plan of the store: its algorithm, its parameters, and the devices it leaves alone", async () => {
    const list = freshPath();
    writeFileSync(list, JSON.stringify([{ array: 0, row: 2, column: 3, state: "low" }]));
    const { firmware } = powerUp({ profile: tiny, seed: 11 }, { bootId: 1, life: "life" });
    const board = await openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
    const store = freshPath();
    const args = { ...argumentsFor(store), algorithm, avoid: [list], gmax: "11uS" };
    const stop = new AbortController();
    const stopping: Chip = {
      ...board,
      pulse(region, train) {
        stop.abort();
        return board.pulse(region, train);
      },
      onBoard: {
        ...board.onBoard!,
        progress(id) {
          stop.abort();
          return board.onBoard!.progress(id);
        },
      },
    };
    const first = quietContext(stop.signal);
    const ledger = { pulsesOf: () => 0 };
    const link = { chip: stopping, board, remarks: new LineRemarks(first), ledger };
    const network = { args, onnx, network: readNetwork(onnx) };
    await expect(programOn(link, network, first)).rejects.toMatchObject({
      code: "INTERRUPTED",
      next: `what was acknowledged is stored; go on with: pcmlab resume --chip ${args.chip} --store ${store}`,
    });
    rmSync(list);
    const again = openStore(store, { mode: "existing" });
    onTestFinished(() => again.close());
    const second = quietContext();
    const rest = { chip: "board", baud: 1, store };
    const summary = await resumeOn(
      { chip: board, board, remarks: new LineRemarks(second), ledger },
      again,
      rest,
      second,
    );
    expect(summary.algorithm).toBe(algorithm);
    expect(summary.outcomes).toMatchObject({ skipped: 1, unknown: 0 });
    expect(again.programmings.current().length).toBe(again.networks.get().tiles.length);
    for (const { id, region } of again.networks.get().tiles) {
      const { pulses } = again.programmings.cells(
        again.programmings.current().find(({ tile }) => tile === id)!.id,
      );
      expect([...pulses]).toEqual([...(await board.perform(trueWear, { region })).pulses]);
    }
  });
});

describe("an algorithm that the chip or the places do not allow", () => {
  test.each([
    [
      "gradient-descent where the array does not multiply",
      tiny,
      { algorithm: "gradient-descent" },
      "LIMIT",
      /--algorithm residual/,
    ],
    [
      "gradient-descent on bit lines",
      hermesCore,
      { algorithm: "gradient-descent", devices: 4, layout: "bit-lines" },
      "LIMIT",
      /arrays/,
    ],
    [
      "a descent with late verification",
      hermesCore,
      { algorithm: "gradient-descent", devices: 4, verifyAt: "5s" },
      "USAGE",
      /verify-at/,
    ],
  ] as const)("%s is refused, with what to do instead", async (_, profile, choices, code, next) => {
    await expect(programmed(profile, choices)).rejects.toMatchObject({ code, next });
  });

  test("on-board is refused where the board does not program by itself, with another one named", async () => {
    const seen = ({ onBoard: _, ...chip }: Chip): Chip => ({
      ...chip,
      descriptor: {
        ...chip.descriptor,
        features: chip.descriptor.features.filter((feature) => feature !== programFeature),
      },
      async pulse() {
        throw new Error("nothing may be pulsed");
      },
    });
    await expect(programmed(tiny, { algorithm: "on-board" }, { seen })).rejects.toMatchObject({
      code: "LIMIT",
      next: /--algorithm melt-quench/,
    });
  });
});

test.each(["0s", "-1s", "5s,soon"])("--verify-at %s is refused before a pulse is sent", async (verifyAt) => {
  await expect(programmed(tiny, { verifyAt })).rejects.toMatchObject({ code: "USAGE" });
});
