/** Programming by the board and by descent, killed at every point and gone on with from what was kept: no pulse is lost or given twice. */

import { describe, expect, test } from "vitest";
import { initialState } from "../../calibration/gradient-descent/state.ts";
import { decodeDescent, encodeDescent } from "../../calibration/gradient-descent/state-bytes.ts";
import { methodFor } from "../../calibration/methods/methods.ts";
import type { MethodName } from "../../calibration/methods/names.ts";
import { BlockUnfinished } from "../../calibration/program-verify/block-programming.ts";
import { netSiemens } from "../../calibration/program-verify/device-order.ts";
import { programmedBands } from "../../calibration/program-verify/program-block.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { openEmulator } from "../physics/lab.ts";

const gmaxSiemens = 10e-6;

/**
 * A host that dies at its n-th call of the chip, before it is made or after it was answered. It does not wait between two questions, so
 * that the board makes one round for each.
 */
function mortal(chip: Chip, n: number): { readonly chip: Chip; readonly calls: () => number } {
  let calls = 0;
  const point = (): void => {
    if (calls >= n) throw new LabError("LINK_LOST", "killed");
    calls++;
  };
  const at = async <T>(ask: () => Promise<T>): Promise<T> => {
    point();
    const answer = await ask();
    point();
    return answer;
  };
  const { onBoard } = chip;
  return {
    calls: () => calls,
    chip: {
      ...chip,
      read: (region, options) => at(() => chip.read(region, options)),
      pulse: (region, train) => at(() => chip.pulse(region, train)),
      mvm: (request) => at(() => chip.mvm(request)),
      waitUntil: (seconds) => (onBoard === undefined ? chip.waitUntil(seconds) : chip.now()),
      ...(onBoard && {
        onBoard: {
          start: (order, announce) => at(() => onBoard.start(order, announce)),
          progress: (id) => at(() => onBoard.progress(id)),
          abort: (id) => at(() => onBoard.abort(id)),
          result: (id, cells) => at(() => onBoard.result(id, cells)),
        },
      }),
    },
  };
}

interface Bench {
  readonly name: MethodName;
  readonly profile: ChipProfile;
  readonly block: WeightBlock;
  readonly targets: Float32Array;
}

/** What a process keeps for the next one. */
interface Kept {
  readonly states: Map<number, Uint8Array>;
  /** Told before they were sent, in device order. */
  readonly pulses: Uint16Array;
}

const nothing = (devices: number): Kept => ({ states: new Map(), pulses: new Uint16Array(devices) });

function process(chip: Chip, { name, block, targets }: Bench, kept: Kept, restarted = false) {
  const { descriptor } = chip;
  const choices =
    block.devicesPerWeight === 4 ? { split: "fill-first" as const, deviceSiemens: gmaxSiemens } : {};
  const method = methodFor(name, descriptor, choices, gmaxSiemens);
  return method.program(chip, block, targets, {
    calibration: nominalCalibration(descriptor),
    resume: new Map(kept.states),
    restarted,
    hooks: {
      onState: (band, state) => kept.states.set(band, state.slice()),
      beforePulses(_, orders) {
        for (const { region, train } of orders) count(kept.pulses, block, region, train);
      },
    },
  });
}

/** The blocks here are one band. */
function count(
  pulses: Uint16Array,
  block: WeightBlock,
  region: { array: number; column: number },
  train: Parameters<Chip["pulse"]>[1],
): void {
  let first = 0;
  for (const { region: own } of block.parts) {
    if (own.array === region.array && own.column === region.column) {
      const [chosen, each] =
        train.kind === "per-cell" ? [train.amplitudeCodes, 1] : [train.mask, train.steps.length];
      chosen.forEach((flag, n) => {
        if (flag !== 0) pulses[first + n]! += each;
      });
    }
    first += own.rows * own.columns;
  }
}

async function truth(chip: RemoteChip, { block }: Bench) {
  const wear: number[] = [];
  const siemens: number[] = [];
  for (const { region } of block.parts) {
    wear.push(...(await chip.perform(trueWear, { region })).pulses);
    siemens.push(...(await chip.perform(trueConductance, { region })).siemens);
  }
  return { wear, net: netSiemens(block, Float32Array.from(siemens)) };
}

const onBoard: Bench = {
  name: "on-board",
  profile: builtinProfile("tiny"),
  block: {
    rows: 4,
    columns: 4,
    devicesPerWeight: 2,
    parts: [0, 1].map((device) => ({
      region: { array: 0, row: 2, column: 8 * device, rows: 4, columns: 4 },
      devices: [device],
    })),
  },
  targets: Float32Array.from({ length: 16 }, (_, weight) => (weight - 8) * 1.2e-6),
};

const descent: Bench = {
  name: "gradient-descent",
  profile: builtinProfile("hermes-core"),
  block: {
    rows: 6,
    columns: 4,
    devicesPerWeight: 4,
    parts: [0, 1, 2, 3].map((array) => ({
      region: { array, row: 0, column: 0, rows: 6, columns: 4 },
      devices: [array],
    })),
  },
  targets: Float32Array.from({ length: 24 }, (_, weight) => (weight - 12) * 1.6e-6),
};

const unknown = cellOutcomes.indexOf("unknown");
const largest = (values: Float32Array, targets: Float32Array): number =>
  Math.max(...values.map((value, n) => Math.abs(value - targets[n]!)));

async function killedAt(bench: Bench, n: number, restarted = false) {
  const chip = await openEmulator(bench.profile, 5);
  const kept = nothing(bench.block.parts.length * bench.block.rows * bench.block.columns);
  const first = mortal(chip, n);
  const finished = await process(first.chip, bench, kept).then(
    () => true,
    () => false,
  );
  const before = Uint16Array.from(kept.pulses);
  // A restart ends what a board was doing.
  if (restarted) await chip.onBoard?.abort(1);
  const second = finished ? undefined : await process(chip, bench, kept, restarted);
  return { chip, calls: first.calls(), before, second, ...(await truth(chip, bench)) };
}

describe("programming by the board that was killed", () => {
  test("at any point, goes on with the run that the board did meanwhile, and counts every pulse", async () => {
    const { calls } = await killedAt(onBoard, Number.POSITIVE_INFINITY);
    expect(calls).toBeGreaterThan(40);
    let exact = 0;
    for (let n = 0; n < calls; n += n < 8 || n > calls - 6 ? 1 : 5) {
      const { second, wear, net } = await killedAt(onBoard, n);
      for (const [cell, pulses] of wear.entries())
        expect(second!.pulses[cell]).toBeGreaterThanOrEqual(pulses);
      if (second!.unknownPulses === 0) {
        expect([...second!.pulses]).toEqual(wear);
        exact++;
      }
      expect(second!.outcomes).not.toContain(unknown);
      expect(largest(net, onBoard.targets)).toBeLessThan(3e-6);
    }
    // Only a host that died between writing an order down and sending it leaves pulses in doubt.
    expect(exact).toBeGreaterThan(15);
  });

  test("and whose board restarted, counts all that the run may have given, and programs what is off its target", async () => {
    const { second, wear } = await killedAt(onBoard, 8, true);
    expect(second!.unknownPulses).toBeGreaterThan(0);
    for (const [cell, pulses] of wear.entries()) expect(second!.pulses[cell]).toBeGreaterThan(pulses - 1);
    expect(second!.outcomes).not.toContain(unknown);
  });

  test("by the user, leaves the devices alone that were at their targets", async () => {
    const chip = await openEmulator(onBoard.profile, 5);
    const kept = nothing(32);
    const stop = new AbortController();
    const method = methodFor("on-board", chip.descriptor, {}, gmaxSiemens);
    const options = { calibration: nominalCalibration(chip.descriptor), signal: stop.signal };
    const hooks = { onState: (band: number, state: Uint8Array) => void kept.states.set(band, state.slice()) };
    let polls = 0;
    const progress: NonNullable<Chip["onBoard"]>["progress"] = async (id) => {
      if (++polls === 12) stop.abort();
      return chip.onBoard!.progress(id);
    };
    const watched = { ...chip, waitUntil: () => chip.now(), onBoard: { ...chip.onBoard!, progress } };
    const failure = await method
      .program(watched, onBoard.block, onBoard.targets, { ...options, hooks })
      .catch((thrown: unknown) => thrown);
    if (!(failure instanceof BlockUnfinished)) throw new Error("it should not have finished");
    expect(failure.cause).toMatchObject({ code: "INTERRUPTED" });
    const { outcomes } = failure.programming;
    const settled = [...outcomes.keys()].filter(
      (cell) => outcomes[cell] === cellOutcomes.indexOf("converged"),
    );
    const before = (await truth(chip, onBoard)).wear;
    expect(settled.length).toBeGreaterThan(3);
    const done = await process(chip, onBoard, kept);
    const after = (await truth(chip, onBoard)).wear;
    for (const cell of settled) expect(after[cell]).toBe(before[cell]);
    expect([...done.pulses]).toEqual(after);
    expect(done.outcomes).not.toContain(unknown);
  });
});

test("a late verification after the board that was killed goes on on the host, and prepares nothing", async () => {
  const chip = await openEmulator(onBoard.profile, 5);
  const method = methodFor("on-board", chip.descriptor, {}, gmaxSiemens);
  const { block, targets } = onBoard;
  const options = { calibration: nominalCalibration(chip.descriptor) };
  const done = await method.program(chip, block, targets, options);
  await chip.waitUntil((await chip.now()) + 1e4);
  const states = new Map<number, Uint8Array>();
  const hooks = {
    onReopened(all: ReadonlyMap<number, Uint8Array>) {
      for (const [band, state] of all) states.set(band, state);
    },
  };
  const late = method.verifyLate(mortal(chip, 1).chip, block, targets, done, { ...options, hooks });
  await expect(late).rejects.toBeInstanceOf(BlockUnfinished);
  const steps: number[] = [];
  const watched: Chip = {
    ...chip,
    pulse(region, train) {
      steps.push(train.kind === "shared" ? train.steps.length : 1);
      return chip.pulse(region, train);
    },
  };
  const again = await method.program(watched, block, targets, { ...options, resume: states });
  expect(again.outcomes).not.toContain(unknown);
  expect(steps.length).toBeGreaterThan(0);
  // A preparation has seven.
  expect(Math.max(...steps)).toBe(1);
});

describe("a descent that was killed", () => {
  test("at any point, goes on with its last state, and counts every pulse", async () => {
    const { calls } = await killedAt(descent, Number.POSITIVE_INFINITY);
    for (let n = 3; n < calls; n += Math.ceil(calls / 9)) {
      const { second, wear, net, before } = await killedAt(descent, n);
      const pulses = second!.pulses.map((own, cell) => own + before[cell]!);
      for (const [cell, felt] of wear.entries()) {
        expect(pulses[cell]).toBeGreaterThanOrEqual(felt);
        // One train of pulses was under way.
        expect(pulses[cell]! - felt).toBeLessThanOrEqual(7);
      }
      expect(largest(net, descent.targets)).toBeLessThan(5e-6);
    }
  });

  test("keeps its state as bytes, and refuses those of another block", () => {
    const [devices, weights] = [96, 24];
    const amperes = Float32Array.from({ length: devices }, (_, n) => n * 1e-6);
    const knowledge = {
      amperes,
      siemens: amperes.slice().reverse(),
      barred: new Uint8Array(devices).fill(1, 5, 9),
    };
    const correction = {
      scale: Float64Array.of(1, 1.1, 0.9, 1.2),
      offsetCodes: Float64Array.of(0, 1, -2, 3),
    };
    for (const known of [correction, undefined]) {
      const state = { ...initialState(knowledge, weights, known), iterations: 7 };
      const bytes = encodeDescent(state);
      expect(decodeDescent(bytes, { devices, weights, columns: 4 })).toEqual(state);
      for (const wrong of [bytes.subarray(1), bytes.subarray(0, 4), new Uint8Array()])
        expect(() => decodeDescent(wrong, { devices, weights, columns: 4 })).toThrow(/no state of a descent/);
      expect(() => decodeDescent(bytes, { devices, weights: 23, columns: 4 })).toThrow(LabError);
    }
  });
});

test("the blocks of these tests are one band", async () => {
  for (const { profile, block } of [onBoard, descent])
    expect(programmedBands(block, (await openEmulator(profile, 1)).descriptor).length).toBe(1);
});
