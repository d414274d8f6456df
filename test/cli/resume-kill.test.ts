/** Programming runs that are killed at random points and resumed, again and again, until every target is met. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { CellCounts } from "../../src/store/ledger/cell-counts.ts";
import { chipOf, openToRead } from "../../src/store/ledger/open.ts";
import { ledgersIn } from "../../src/store/ledger/summary.ts";
import { readIntents, readWear } from "../../src/store/ledger/tables.ts";
import { Bench, KillSwitch, killableStores, maxPulsesPerCell } from "./killed-host.ts";

/** Ways to program, and how often a run is killed; PCMLAB_KILLS=1000 takes a minute. */
const cases = [
  ["melt-quench", Number(process.env.PCMLAB_KILLS ?? "250")],
  ["on-board", 150],
] as const;
const converged = cellOutcomes.indexOf("converged");

afterEach(() => vi.restoreAllMocks());

/** In memory where there is such a folder: what survives a kill is not what survives a power cut, so no disk is needed. */
function freshFolder(): string {
  const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(base, "pcmlab-kill-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Pulses that the ledger has for each cell of the chip, and those among them of which nobody knows. */
function ledgerIn(folder: string, seed: number) {
  const path = ledgersIn(folder).find((name) => name.includes(`life-${seed}.`));
  if (path === undefined) throw new Error(`no ledger of seed ${seed}`);
  const connection = openToRead(path);
  try {
    const { arrays } = chipOf(connection);
    const counted = { pulses: new CellCounts(arrays), unknown: new CellCounts(arrays) };
    readWear(connection, counted);
    expect(readIntents(connection)).toEqual([]);
    const of = (counts: CellCounts) =>
      Uint32Array.from({ length: 64 * 64 }, (_, n) =>
        counts.at({ array: 0, row: Math.floor(n / 64), column: n % 64 }),
      );
    return { pulses: of(counted.pulses), unknown: of(counted.unknown) };
  } finally {
    connection.close();
  }
}

async function assertDone(
  bench: Bench,
  folder: string,
  seed: number,
): Promise<{ unknown: number; above: number }> {
  const truth = await bench.wear();
  const ledger = ledgerIn(folder, seed);
  let unknown = 0;
  let above = 0;
  for (let cell = 0; cell < truth.length; cell++) {
    const [counted, doubtful] = [ledger.pulses[cell]!, ledger.unknown[cell]!];
    unknown += doubtful;
    above += counted - truth[cell]!;
    if (truth[cell]! > counted || counted - doubtful > truth[cell]!)
      throw new Error(
        `seed ${seed}: cell ${cell} felt ${truth[cell]}, the ledger has ${counted}, ${doubtful} unknown`,
      );
  }
  expect(Math.max(...truth)).toBeLessThanOrEqual(maxPulsesPerCell);
  expect(bench.faults, `seed ${seed}`).toEqual([]);
  const siemens = await bench.conductances();
  bench.read((store) => {
    const { tiles } = store.networks.get();
    const current = store.programmings.current();
    expect(current.map(({ tile }) => tile)).toEqual(tiles.map(({ id }) => id));
    expect(store.readouts.completeAges()).toEqual([0]);
    for (const { id, region } of tiles) {
      expect(store.checkpoints.of(id)).toEqual([]);
      const { outcomes, targetSiemens } = store.programmings.cells(
        current.find(({ tile }) => tile === id)!.id,
      );
      expect([...new Set(outcomes)], `seed ${seed}, tile ${id}`).toEqual([converged]);
      targetSiemens.forEach((target, n) => {
        const at = (region.row + Math.floor(n / region.columns)) * 64 + region.column + (n % region.columns);
        expect(Math.abs(siemens[at]! - target)).toBeLessThan(8e-6);
      });
    }
  });
  return { unknown, above };
}

test.each(cases)(
  "by %s, %d kills at random points of runs: every run ends as if there had been none",
  async (algorithm, kills) => {
    const folder = freshFolder();
    const kill = new KillSwitch();
    const prng = seededPrng(20_261_123);
    // A run without a kill says how many points there are.
    const first = new Bench(folder, 1, kill, algorithm);
    expect(await first.host()).toBe(true);
    expect(await assertDone(first, folder, 1)).toEqual({ unknown: 0, above: 0 });
    killableStores(kill);
    const counted = new Bench(folder, 2, kill, algorithm);
    kill.arm(Number.POSITIVE_INFINITY);
    expect(await counted.host()).toBe(true);
    const points = kill.passed;
    expect(points).toBeGreaterThan(80);
    let killed = 0;
    let unknown = 0;
    let above = 0;
    for (let seed = 3; killed < kills; seed++) {
      const bench = new Bench(folder, seed, kill, algorithm);
      for (let ended = false; !ended; ) {
        kill.arm(
          killed < kills
            ? prng.below(prng.below(3) === 0 ? points : Math.min(points, 100))
            : Number.POSITIVE_INFINITY,
        );
        ended = await bench.host();
        if (!ended) killed++;
      }
      kill.arm(Number.POSITIVE_INFINITY);
      const books = await assertDone(bench, folder, seed);
      unknown += books.unknown;
      above += books.above;
    }
    expect(killed).toBe(kills);
    expect(unknown).toBeGreaterThan(above);
    expect(above).toBeGreaterThan(0);
  },
);
