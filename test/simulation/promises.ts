/**
 * PCMLAB_SEEDS=10000 runs so many seeds instead of 300; PCMLAB_SEED=n runs and prints that one alone.
 *
 * Two files share the seeds, so that two processors run them.
 */

import { describe, expect, test } from "vitest";
import { type Run, simulate } from "./run.ts";

const one = process.env.PCMLAB_SEED;
const seeds = Number(process.env.PCMLAB_SEEDS ?? 300);
const chunk = 50;
const secondsPerChunk = 60;

const replay = (seed: number): string => `seed ${seed}; PCMLAB_SEED=${seed} npx vitest run test/simulation`;

async function checked(seed: number): Promise<Run> {
  return simulate(seed).catch((cause: unknown) => {
    throw new Error(replay(seed), { cause });
  });
}

/** Every seed that failed, with what did not hold. */
const faultsOf = (run: Run, seed: number): string[] =>
  run.violations.length === 0 ? [] : [replay(seed), ...run.violations];

/** Tests of one half of the seeds: the odd ones or the even ones. */
export function keepPromises(half: "odd" | "even"): void {
  describe.skipIf(one !== undefined)(`a host, a bad cable and a board (${half} seeds)`, () => {
    const runs: Run[] = [];
    const own = Array.from({ length: seeds }, (_, k) => k + 1).filter(
      (seed) => seed % 2 === (half === "odd" ? 1 : 0),
    );

    for (let first = 0; first < own.length; first += chunk) {
      const some = own.slice(first, first + chunk);
      test(
        `keep their promises with seeds ${some[0]} to ${some.at(-1)}`,
        async () => {
          const faults: string[] = [];
          for (const seed of some) {
            const run = await checked(seed);
            runs.push(run);
            faults.push(...faultsOf(run, seed));
          }
          expect(faults).toEqual([]);
        },
        1000 * secondsPerChunk,
      );
    }

    test("went through everything that can go wrong, and came to every standing", () => {
      expect(neverHappened(runs)).toEqual([]);
    });

    test("finish their work, but for one run in a hundred at most", () => {
      expect(runs.filter(({ finished }) => !finished).length).toBeLessThanOrEqual(own.length / 100);
    });

    test("do the same again with the same seed", async () => {
      for (const at of [3, 4]) expect(await simulate(own[at] ?? 1)).toEqual(runs[at]);
    });
  });

  test.skipIf(one === undefined || Number(one) % 2 !== (half === "odd" ? 1 : 0))(`seed ${one}`, async () => {
    const run = await checked(Number(one));
    process.stdout.write(`${JSON.stringify(run, undefined, 1)}\n`);
    expect(faultsOf(run, Number(one))).toEqual([]);
  });
}

function neverHappened(runs: readonly Run[]): string[] {
  const total = (pick: (run: Run) => number): number => runs.reduce((sum, run) => sum + pick(run), 0);
  const standing = (kind: string): number =>
    total(({ orders }) => orders.filter((order) => order.standing === kind).length);
  const happened = {
    reboots: total((run) => run.reboots),
    pulls: total((run) => run.pulls),
    reconnections: total((run) => run.reconnections),
    failures: total((run) => run.failures.length),
    retransmitted: total((run) => run.host.retransmitted + run.board.retransmitted),
    badCrc: total((run) => run.host.badCrc + run.board.badCrc),
    duplicates: total((run) => run.host.duplicates + run.board.duplicates),
    outOfOrder: total((run) => run.host.outOfOrder + run.board.outOfOrder),
    staleSession: total((run) => run.board.staleSession),
    resets: total((run) => run.host.resets),
    timeouts: total((run) => run.host.timeouts),
    acknowledged: standing("acknowledged"),
    unknown: standing("unknown"),
    failed: standing("failed"),
    regionsProgrammedOverALoss: total((run) =>
      run.kind === "programming" && run.reconnections > 0 && run.failures.length === 0 ? 1 : 0,
    ),
    unknownPulsesOfRegions: total((run) => (run.kind === "programming" ? run.unknownPulses : 0)),
  };
  return Object.entries(happened).flatMap(([what, times]) => (times === 0 ? [what] : []));
}
