/**
 * PCMLAB_SEEDS=10000 runs so many seeds instead of 300; PCMLAB_SEED=n runs and prints that one alone.
 */

import { describe, expect, test } from "vitest";
import { type Run, simulate } from "./run.ts";

const one = process.env.PCMLAB_SEED;
const seeds = Number(process.env.PCMLAB_SEEDS ?? 300);
const chunk = 100;

const replay = (seed: number): string => `seed ${seed}; PCMLAB_SEED=${seed} npx vitest run test/simulation`;

async function checked(seed: number): Promise<Run> {
  const run = await simulate(seed).catch((cause: unknown) => {
    throw new Error(replay(seed), { cause });
  });
  expect(run.violations, replay(seed)).toEqual([]);
  return run;
}

describe.skipIf(one !== undefined)("a host, a bad cable and a board", () => {
  const runs: Run[] = [];

  for (let first = 1; first <= seeds; first += chunk) {
    const last = Math.min(first + chunk - 1, seeds);
    test(`keep their promises with seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed++) runs.push(await checked(seed));
    });
  }

  test("went through everything that can go wrong, and came to every standing", () => {
    const total = (pick: (run: Run) => number): number => runs.reduce((sum, run) => sum + pick(run), 0);
    const happened = {
      reboots: total((run) => run.reboots),
      failures: total((run) => run.failures.length),
      retransmitted: total((run) => run.host.retransmitted + run.board.retransmitted),
      badCrc: total((run) => run.host.badCrc + run.board.badCrc),
      duplicates: total((run) => run.host.duplicates + run.board.duplicates),
      outOfOrder: total((run) => run.host.outOfOrder + run.board.outOfOrder),
      staleSession: total((run) => run.board.staleSession),
      resets: total((run) => run.host.resets),
      timeouts: total((run) => run.host.timeouts),
      acknowledged: total((run) => run.book.filter(({ standing }) => standing === "acknowledged").length),
      applied: total((run) => run.book.filter(({ standing }) => standing === "applied").length),
      unknown: total((run) => run.book.filter(({ standing }) => standing === "unknown").length),
    };
    const missing = Object.entries(happened).filter(([, times]) => times === 0);
    expect(missing).toEqual([]);
  });

  test("do the same again with the same seed", async () => {
    expect(await simulate(7)).toEqual(runs[6]);
  });
});

test.skipIf(one === undefined)(`seed ${one}`, async () => {
  const run = await checked(Number(one));
  process.stdout.write(`${JSON.stringify(run, undefined, 1)}\n`);
});
