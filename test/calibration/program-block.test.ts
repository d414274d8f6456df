import { describe, expect, test } from "vitest";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { isFinished } from "../../calibration/program-verify/band-state.ts";
import { BlockUnfinished } from "../../calibration/program-verify/block-programming.ts";
import { meltQuench } from "../../calibration/program-verify/melt-quench.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import type { BandOrder } from "../../calibration/program-verify/program-bands.ts";
import {
  type BlockOptions,
  programBlock,
  verifyLate,
} from "../../calibration/program-verify/program-block.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { pulsesIn } from "../../src/chip/pulse.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { melted, meltedOrGrown } from "../chip/analytic-devices.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";
import { algorithms, calibration, pairs, readNet, someTargets, unitCells } from "./weight-blocks.ts";

const sum = (values: Uint16Array): number => values.reduce((total, value) => total + value, 0);

/** Two devices at RESET read up to 0.1 µS each; the devices of a sign together may be off by the margin of each. */
const largestError = 0.75e-6;

/** Three bands of two rows. */
const inBands = (chip: Chip, block: WeightBlock): Chip => ({
  ...chip,
  descriptor: { ...smallDescriptor, maxCellsPerRequest: 2 * block.columns * block.devicesPerWeight },
});

describe.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))("%s", (_, algorithm) => {
  test.each([
    ["pairs on adjacent bit lines", pairs],
    ["four devices in parts of their own", unitCells],
  ])("brings the weights of %s to their targets and counts every pulse", async (__, block) => {
    const { chip, calls } = numericalChip(meltedOrGrown);
    const targets = someTargets(block);
    const done = await programBlock(withLimits(inBands(chip, block)), block, targets, {
      algorithm,
      calibration,
    });
    expect(countOutcomes(done.outcomes).converged).toBe(done.outcomes.length);
    expect(sum(done.pulses)).toBe(
      calls.filter(({ kind }) => kind === "pulse").reduce((total, { cells }) => total + cells, 0),
    );
    (await readNet(chip, block)).forEach((net, weight) => {
      expect(Math.abs(net - targets[weight]!), `weight ${weight}`).toBeLessThanOrEqual(largestError);
    });
    expect(done.states.every(isFinished)).toBe(true);
  });

  test("goes on in another process from the state of any decision, after a reading", async () => {
    const targets = someTargets(unitCells);
    for (let stopAfter = 1; stopAfter < 30; stopAfter += 4) {
      const { chip, calls } = numericalChip(meltedOrGrown);
      const banded = inBands(chip, unitCells);
      const kept = new Map<number, Uint8Array>();
      const abort = new AbortController();
      let decisions = 0;
      const onState = (band: number, state: Uint8Array): void => {
        kept.set(band, state);
        if (++decisions === stopAfter) abort.abort();
      };
      const common = { algorithm, calibration };
      const first = programBlock(banded, unitCells, targets, {
        ...common,
        hooks: { onState },
        signal: abort.signal,
      });
      await first.catch((failure: unknown) => expect(failure).toBeInstanceOf(BlockUnfinished));
      const before = calls.length;
      const done = await programBlock(banded, unitCells, targets, { ...common, resume: kept });
      expect(countOutcomes(done.outcomes).converged).toBe(done.outcomes.length);
      // Every band that was begun is read before it gets a pulse.
      for (const band of kept.keys()) {
        const rows = calls.slice(before).filter(({ region }) => region.row === 1 + 2 * band);
        expect(rows[0]?.kind ?? "read").toBe("read");
      }
      (await readNet(chip, unitCells)).forEach((net, weight) => {
        expect(Math.abs(net - targets[weight]!)).toBeLessThanOrEqual(largestError);
      });
    }
  });

  test("gives no pulse to devices that are known to be bad", async () => {
    const knownBad = new Uint8Array(96);
    for (const at of [0, 30, 95]) knownBad[at] = 1;
    const { chip } = numericalChip(meltedOrGrown);
    const done = await programBlock(chip, unitCells, someTargets(unitCells), {
      algorithm,
      calibration,
      knownBad,
    });
    const skipped = [...done.outcomes.keys()].filter((at) => cellOutcomes[done.outcomes[at]!] === "skipped");
    expect(skipped).toEqual([0, 30, 95]);
    for (const at of skipped) expect(done.pulses[at]).toBe(0);
    expect(countOutcomes(done.outcomes).converged).toBe(93);
  });

  test("refuses a chip that reads too little, before a pulse is sent", async () => {
    const { chip, calls } = numericalChip(melted);
    const weak = {
      ...chip,
      descriptor: { ...smallDescriptor, read: { ...smallDescriptor.read, maxVolts: 0.2 } },
    };
    const refused = programBlock(weak, pairs, someTargets(pairs), { algorithm, calibration });
    await expect(refused).rejects.toMatchObject({ code: "LIMIT" });
    expect(calls).toEqual([]);
  });
});

const algorithm = meltQuench(joshi2020);
const options: BlockOptions = { algorithm, calibration };

test("melt-quench on pairs is what programRegion does with the targets of the devices", async () => {
  const targets = someTargets(pairs);
  const [block, region] = [numericalChip(melted), numericalChip(melted)];
  const done = await programBlock(block.chip, pairs, targets, options);
  const own = Float32Array.from({ length: 48 }, (_, n) => Math.max(0, (n % 2 ? -1 : 1) * targets[n >> 1]!));
  const plain = await programRegion(region.chip, pairs.parts[0]!.region, own, {
    parameters: joshi2020,
    calibration,
  });
  expect(block.calls).toEqual(region.calls);
  expect(done).toMatchObject({
    outcomes: plain.outcomes,
    pulses: plain.pulses,
    iterations: plain.iterations,
  });
  expect(done.targets).toEqual(own);
});

test("a hook hears of trains before they are sent, and of every state", async () => {
  const { chip } = numericalChip(melted);
  const heard: BandOrder[] = [];
  let sent = 0;
  let states = 0;
  const watched: Chip = {
    ...chip,
    async pulse(region, train) {
      expect(heard[sent++]).toEqual({ region, train });
      return chip.pulse(region, train);
    },
  };
  const hooks = {
    beforePulses: (_: number, orders: readonly BandOrder[]) => void heard.push(...orders),
    onState: () => void states++,
  };
  const done = await programBlock(watched, pairs, someTargets(pairs), { ...options, hooks });
  expect(sent).toBe(heard.length);
  expect(sum(done.pulses)).toBe(heard.reduce((total, { train }) => total + pulsesIn(train), 0));
  expect(states).toBeGreaterThan(1);
});

test("a late verification tells the states of all bands at once, before anything is sent", async () => {
  const { chip, calls } = numericalChip(meltedOrGrown);
  const banded = inBands(chip, unitCells);
  const targets = someTargets(unitCells);
  const common = { algorithm, calibration };
  const programmed = await programBlock(banded, unitCells, targets, common);
  const before = calls.length;
  const full = new LabError("STORE", "the disk is full");
  const told: number[] = [];
  const onReopened = (states: ReadonlyMap<number, Uint8Array>): void => {
    told.push(...states.keys());
    throw full;
  };
  const late = verifyLate(banded, unitCells, targets, programmed, { ...common, hooks: { onReopened } });
  await expect(late).rejects.toBe(full);
  expect(told).toEqual([...programmed.states.keys()]);
  expect(told.length).toBeGreaterThan(1);
  expect(calls.length).toBe(before);
});

test("nothing is sent any more for a band whose hook failed", async () => {
  const { chip, calls } = numericalChip(melted);
  const full = new LabError("STORE", "the disk is full");
  const hooks = {
    beforePulses: () => {
      throw full;
    },
  };
  const failure = await programBlock(chip, pairs, someTargets(pairs), { ...options, hooks }).catch(
    (thrown: unknown) => thrown,
  );
  expect(failure).toBeInstanceOf(BlockUnfinished);
  expect(failure).toMatchObject({ cause: full });
  expect(calls).toEqual([]);
});

test.each([Number.NaN, 51e-6, -51e-6, Number.POSITIVE_INFINITY])(
  "refuses the weight target %d before a pulse is sent",
  async (bad) => {
    const { chip, calls } = numericalChip(melted);
    const targets = someTargets(pairs);
    targets[5] = bad;
    await expect(programBlock(chip, pairs, targets, options)).rejects.toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining("row 1, column 1"),
    });
    expect(calls).toEqual([]);
  },
);

test("refuses states of a block of another size", async () => {
  const { chip, calls } = numericalChip(melted);
  const resume = new Map([[0, new Uint8Array(30)]]);
  const refused = programBlock(chip, pairs, someTargets(pairs), { ...options, resume });
  await expect(refused).rejects.toMatchObject({ code: "BAD_DATA" });
  expect(calls).toEqual([]);
});

describe("late verification", () => {
  /** Cell 1 x 16 + 2, plus device of the first weight, has lost 3 µS. */
  const relaxing = (chip: Chip, cell: { relaxed: boolean }): Chip => ({
    ...chip,
    async pulse(region, train) {
      cell.relaxed =
        cell.relaxed && (train.kind === "per-cell" ? train.amplitudeCodes[0] : train.mask[0]) === 0;
      return chip.pulse(region, train);
    },
    async read(region, how) {
      const readout = await chip.read(region, how);
      const loss = Math.round((3 / 50) * 4095) * how.averages;
      if (cell.relaxed && readout.codeSums[0]! > loss) readout.codeSums[0]! -= loss;
      return readout;
    },
  });
  const targets = someTargets(pairs).fill(10e-6, 0, 1);

  test("programs again what has left the margin, from where it is, and nothing else", async () => {
    const { chip } = numericalChip(melted);
    const cell = { relaxed: false };
    const aging = relaxing(chip, cell);
    const first = await programBlock(aging, pairs, targets, options);
    cell.relaxed = true;
    const late = await verifyLate(aging, pairs, targets, first, options);
    expect([...late.pulses.keys()].filter((at) => late.pulses[at] !== 0)).toEqual([0]);
    expect(late.pulses[0]).toBeLessThan(first.pulses[0]!);
    expect(Math.abs((await readNet(aging, pairs))[0]! - 10e-6)).toBeLessThanOrEqual(largestError);
    expect(countOutcomes(late.outcomes).converged).toBe(48);
  });

  test("sends no pulse when nothing has left the margin", async () => {
    const { chip } = numericalChip(melted);
    const first = await programBlock(chip, pairs, targets, options);
    const late = await verifyLate(chip, pairs, targets, first, options);
    expect(sum(late.pulses)).toBe(0);
    expect(late.outcomes).toEqual(first.outcomes);
  });
});
