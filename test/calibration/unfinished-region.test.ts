/** What is known of a region whose programming was stopped, refused or cut off. */

import { describe, expect, test } from "vitest";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { RegionUnfinished } from "../../calibration/program-verify/region-programming.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import { pulsesIn } from "../../src/chip/pulse.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { LabError, unsent } from "../../src/core/errors.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";

/** Three bands of three, three and two rows, of which two are under way at a time. */
const descriptor = { ...smallDescriptor, maxCellsPerRequest: 30 };
const region = { array: 0, row: 2, column: 3, rows: 8, columns: 10 };
const targets = new Float32Array(80).fill(10e-6);
const options = { parameters: parametersFor(descriptor), calibration: nominalCalibration(descriptor) };

/** Never comes nearer than 5 µS, so that every cell stays under way; its conductance moves, so that none is called stuck. */
const restless = (_: number, amperes: number): number => (amperes > 100e-6 ? 20e-6 : 2e-6);

interface Watched {
  readonly chip: Chip;
  /** Pulse trains that were sent, and the pulses of those that were answered. */
  sent: number;
  acknowledged: number;
}

/** @param before is called with the number of each train, from 1, and the first row of its band; what it throws is the answer. */
function watchedChip(before: (train: number, row: number) => void): Watched {
  const { chip } = numericalChip(restless);
  const watched: Watched = {
    sent: 0,
    acknowledged: 0,
    chip: {
      ...chip,
      descriptor,
      async pulse(band, train) {
        before(++watched.sent, band.row);
        const receipt = await chip.pulse(band, train);
        watched.acknowledged += pulsesIn(train);
        return receipt;
      },
    },
  };
  return watched;
}

async function unfinished(chip: Chip, signal?: AbortSignal): Promise<RegionUnfinished> {
  const stoppable = signal === undefined ? options : { ...options, signal };
  const failure = await programRegion(chip, region, targets, stoppable).catch((thrown: unknown) => thrown);
  if (failure instanceof RegionUnfinished) return failure;
  throw new Error("the region was finished", { cause: failure });
}

const namesIn = (outcomes: Uint8Array): CellOutcome[] =>
  [...new Set(outcomes)].flatMap((code) => cellOutcomes[code] ?? []);

const sum = (values: Uint16Array): number => values.reduce((total, value) => total + value, 0);

/** The first two bands were begun, the third was not. */
function expectTwoBandsBegun({ programming: { outcomes, pulses } }: RegionUnfinished): void {
  expect(namesIn(outcomes.subarray(0, 60))).toEqual(["unknown"]);
  expect(namesIn(outcomes.subarray(60))).toEqual(["skipped"]);
  expect(sum(pulses.subarray(60))).toBe(0);
}

test("pulses that were never sent are no pulses, neither done nor unknown", async () => {
  const lost = new LabError("LINK_LOST", "gone");
  const watched = watchedChip((train) => {
    if (train > 1) throw unsent(lost);
    throw lost;
  });
  const asked: number[] = [];
  const pulse: Chip["pulse"] = (band, train) => {
    asked.push(pulsesIn(train));
    return watched.chip.pulse(band, train);
  };
  const { programming } = await unfinished({ ...watched.chip, pulse });
  expect(asked.length).toBeGreaterThan(1);
  expect(programming.unknownPulses).toBe(asked[0]);
  // One train reached one band; what was pipelined behind it did not, nor did anything for the other bands.
  expect(sum(programming.pulses)).toBe(asked[0]);
  expect(sum(programming.pulses.subarray(30))).toBe(0);
  expect(namesIn(programming.outcomes.subarray(0, 30))).toEqual(["unknown"]);
  expect(namesIn(programming.outcomes.subarray(30))).toEqual(["skipped"]);
});

test("an abort finishes the bands that are under way and begins no other", async () => {
  const abort = new AbortController();
  const rows = new Set<number>();
  const watched = watchedChip((train, row) => {
    rows.add(row);
    if (train === 7) abort.abort();
  });
  const stopped = await unfinished(watched.chip, abort.signal);
  expect(stopped.cause).toMatchObject({ code: "INTERRUPTED" });
  expect([...rows]).toEqual([region.row, region.row + 3]);
  const { outcomes, pulses, startSeconds, endSeconds } = stopped.programming;
  expect(sum(pulses)).toBe(watched.acknowledged);
  expect(namesIn(outcomes.subarray(0, 60))).toEqual(["exhausted"]);
  expect(namesIn(outcomes.subarray(60))).toEqual(["skipped"]);
  expect(endSeconds).toBeGreaterThan(startSeconds);
});

test("an abort before the first pulse sends none", async () => {
  const watched = watchedChip(() => {});
  const stopped = await unfinished(watched.chip, AbortSignal.abort());
  expect(stopped.cause).toMatchObject({ code: "INTERRUPTED" });
  expect(watched.sent).toBe(0);
  expect(namesIn(stopped.programming.outcomes)).toEqual(["skipped"]);
});

test("an abort after the last pulse of the last band stops nothing", async () => {
  const { chip } = numericalChip(() => 10e-6);
  const abort = new AbortController();
  const reading: Chip = {
    ...chip,
    read(band, how) {
      abort.abort();
      return chip.read(band, how);
    },
  };
  const done = await programRegion(reading, region, targets, { ...options, signal: abort.signal });
  expect(namesIn(done.outcomes)).toEqual(["converged"]);
});

test("a refusal in one band stops the other one in the same iteration, and refused pulses do not count", async () => {
  const watched = watchedChip((train, row) => {
    if (train >= 7 && row === region.row) throw new LabError("REFUSED", "no");
  });
  const stopped = await unfinished(watched.chip);
  expect(stopped.cause).toMatchObject({ code: "REFUSED" });
  expect(watched.sent).toBeLessThanOrEqual(9);
  expect(sum(stopped.programming.pulses)).toBe(watched.acknowledged);
  expectTwoBandsBegun(stopped);
});

test("when the link is lost, what was sent counts as wear", async () => {
  const lost = new LabError("LINK_LOST", "gone");
  const watched = watchedChip((train) => {
    if (train >= 7) throw lost;
  });
  const stopped = await unfinished(watched.chip);
  expect(stopped.cause).toBe(lost);
  expect(sum(stopped.programming.pulses)).toBe(watched.acknowledged + 30 * (watched.sent - 6));
  expect(stopped.programming.unknownPulses).toBe(30 * (watched.sent - 6));
  expectTwoBandsBegun(stopped);
});

test("a reading that fails does not lose the pulses before it", async () => {
  const watched = watchedChip(() => {});
  const deaf = { ...watched.chip, read: () => Promise.reject(new LabError("NO_ANSWER", "silence")) };
  const stopped = await unfinished(deaf);
  expect(stopped.cause).toMatchObject({ code: "NO_ANSWER" });
  expect(watched.sent).toBe(2);
  expect(sum(stopped.programming.pulses)).toBe(watched.acknowledged);
  expectTwoBandsBegun(stopped);
});

describe("pulses with an unknown outcome", () => {
  /** The board refused them, or applied them; the receipt is the same. Bands are 3 rows of 10 cells and less. */
  const forgetful = (applied: boolean): { chip: Chip; calls: string[]; unknown: () => number } => {
    const { chip } = numericalChip((_, amperes) => 45e-6 - amperes / 10);
    const calls: string[] = [];
    let unknown = 0;
    let trains = 0;
    return {
      calls,
      unknown: () => unknown,
      chip: {
        ...chip,
        descriptor,
        async read(band, how) {
          calls.push(`read ${band.row}`);
          return chip.read(band, how);
        },
        async pulse(band, train) {
          calls.push(`pulse ${band.row}`);
          if (++trains % 3 !== 0) return chip.pulse(band, train);
          unknown += pulsesIn(train);
          const now = await chip.now();
          if (applied) await chip.pulse(band, train);
          const pulses = pulsesIn(train);
          return {
            operationId: 0,
            certainty: "unknown",
            pulses,
            startSeconds: now,
            endSeconds: await chip.now(),
          };
        },
      },
    };
  };

  test.each([true, false])(
    "count as wear and as unknown, and the loop goes on (applied: %s)",
    async (was) => {
      const { chip, unknown } = forgetful(was);
      const done = await programRegion(chip, region, targets, options);
      expect(namesIn(done.outcomes)).toEqual(["converged"]);
      expect(unknown()).toBeGreaterThan(0);
      expect(done.unknownPulses).toBe(unknown());
      expect(sum(done.pulses)).toBeGreaterThanOrEqual(unknown());
    },
  );

  test("are followed by a reading before any further feedback pulse of their band", async () => {
    const { chip, calls } = forgetful(false);
    await programRegion(chip, region, targets, options);
    for (const row of ["2", "5", "8"]) {
      const own = calls.filter((call) => call.endsWith(` ${row}`)).map((call) => call.split(" ")[0]);
      // Every iteration of this region is one train and the reading behind it.
      expect(own).toEqual(own.map((_, n) => (n % 2 === 0 ? "pulse" : "read")));
    }
  });
});
