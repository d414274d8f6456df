/** What the wear ledger costs: an in-process programming of 32 rows of `fusion-1m`, with and without it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { type WearLedger, withLedger } from "../../src/chip/wear-ledger.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import { openLedger } from "../../src/store/ledger/chip-ledger.ts";
import type { Figures } from "./main.ts";

const rows = 32;
const region = { array: 0, row: 0, column: 0, rows, columns: 2048 };
const owner = { process: process.pid, host: "bench", command: "bench", sinceWallSeconds: 0 };

export async function ledger(): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  try {
    await programmed();
    const without = await programmed();
    const chip = await programmed(folder);
    const { trains, ledgerSeconds } = chip;
    return {
      devices: rows * 2048,
      trains,
      secondsWithout: without.seconds,
      secondsWith: chip.seconds,
      ledgerMicrosecondsPerTrain: (1e6 * ledgerSeconds) / trains,
      ledgerCpuPerCent: (100 * (chip.cpuSeconds - without.cpuSeconds)) / without.cpuSeconds,
      ledgerPerCentOfProgramming: (100 * ledgerSeconds) / (chip.seconds - ledgerSeconds),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param folder of the ledger; none when missing. */
async function programmed(folder?: string) {
  const { firmware } = powerUp({ profile: fusion1m, seed: 1 }, { bootId: 1, life: "bench" });
  const chip = await openRemoteChip(inProcessTransport(firmware.openLine()), systemTimer);
  const prng = seededPrng(1);
  const targets = Float32Array.from({ length: rows * 2048 }, (_, n) => (n % 2) * 25e-6 * prng.uniform());
  const book = folder === undefined ? undefined : openLedger(folder, chip.descriptor, owner);
  const timed = { trains: 0, ledgerSeconds: 0 };
  const watched: WearLedger | undefined = book && {
    intendRun: (...run) => book.intendRun(...run),
    settleRun: (...counts) => book.settleRun(...counts),
    intend: (...train) => measuredIn(timed, () => book.intend(...train), 1),
    settle: (...fate) => measuredIn(timed, () => book.settle(...fate)),
  };
  const began = systemClock.monotonicSeconds();
  const before = process.cpuUsage();
  await programRegion(watched === undefined ? chip : withLedger(chip, watched), region, targets, {
    parameters: parametersFor(chip.descriptor),
    calibration: nominalCalibration(chip.descriptor),
  });
  if (book !== undefined) measuredIn(timed, () => book.close());
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = 1e-6 * (user + system);
  return { ...timed, cpuSeconds, seconds: systemClock.monotonicSeconds() - began };
}

function measuredIn<T>(timed: { trains: number; ledgerSeconds: number }, work: () => T, trains = 0): T {
  const began = systemClock.monotonicSeconds();
  const result = work();
  timed.ledgerSeconds += systemClock.monotonicSeconds() - began;
  timed.trains += trains;
  return result;
}
