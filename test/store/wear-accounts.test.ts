/** The wear ledger beside the emulator's own count of every cell's pulses (EMULator:WEAR?), whatever becomes of trains and processes. */

import { expect, onTestFinished, test } from "vitest";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { pulsesIn } from "../../src/chip/pulse.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { withLedger } from "../../src/chip/wear-ledger.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type ChipLedger, openLedger } from "../../src/store/ledger/chip-ledger.ts";
import { ledgerPath } from "../../src/store/ledger/place.ts";
import { readWearSummary } from "../../src/store/ledger/summary.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { freshFolder, leftBehind, owner } from "./ledger-bench.ts";

const whole = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };
const region = { array: 0, row: 3, column: 8, rows: 12, columns: 56 };
const targets = Float32Array.from({ length: 12 * 56 }, (_, n) => ((n * 7) % 25) * 1e-6);

function board(life = "a"): Promise<RemoteChip> {
  const { firmware } = powerUp({ profile: builtinProfile("tiny"), seed: 4 }, { bootId: 1, life });
  return openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
}

function ledgerOf(chip: Chip, folder = freshFolder()): ChipLedger {
  const ledger = openLedger(folder, chip.descriptor, owner);
  onTestFinished(() => ledger.close());
  return ledger;
}

const programmed = (chip: Chip) =>
  programRegion(chip, region, targets, {
    parameters: parametersFor(chip.descriptor),
    calibration: nominalCalibration(chip.descriptor),
  });

const truthOf = async (chip: RemoteChip): Promise<Uint32Array> =>
  (await chip.perform(trueWear, { region: whole })).pulses;

const countsOf = (ledger: ChipLedger): Uint32Array =>
  Uint32Array.from({ length: 64 * 64 }, (_, n) =>
    ledger.pulsesOf({ array: 0, row: Math.floor(n / 64), column: n % 64 }),
  );

const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0);

test("after a programming they are equal for every cell, and after another one in a new process", async () => {
  const chip = await board();
  const folder = freshFolder();
  const first = ledgerOf(chip, folder);
  const { pulses } = await programmed(withLedger(chip, first));
  expect(countsOf(first)).toEqual(await truthOf(chip));
  expect(sum(countsOf(first))).toBe(pulses.reduce((total, count) => total + count, 0));
  first.close();
  const second = ledgerOf(chip, folder);
  await programmed(withLedger(chip, second));
  expect(countsOf(second)).toEqual(await truthOf(chip));
});

test("pulses whose receipt was lost count, so that the ledger is above the truth by those that never arrived", async () => {
  const chip = await board();
  const ledger = ledgerOf(chip);
  const prng = seededPrng(20);
  let neverArrived = 0;
  let unknown = 0;
  const forgetful: Chip = {
    ...chip,
    async pulse(band, train) {
      const luck = prng.below(6);
      if (luck > 1) return chip.pulse(band, train);
      unknown += pulsesIn(train);
      if (luck === 0) neverArrived += pulsesIn(train);
      const at = await chip.now();
      const lost = { operationId: 0, certainty: "unknown", pulses: pulsesIn(train) } as const;
      if (luck === 1) await chip.pulse(band, train);
      return { ...lost, startSeconds: at, endSeconds: await chip.now() };
    },
  };
  await programmed(withLedger(forgetful, ledger));
  const [counts, truth] = [countsOf(ledger), await truthOf(chip)];
  expect(neverArrived).toBeGreaterThan(0);
  expect(unknown).toBeGreaterThan(neverArrived);
  expect(sum(counts) - sum(truth)).toBe(neverArrived);
  expect(counts.every((count, cell) => count >= truth[cell]!)).toBe(true);
  ledger.close();
  expect(readWearSummary(ledger.path, 1).unknownPulses).toBe(unknown);
});

test.each([
  ["refuses it", new LabError("REFUSED", "no"), 0],
  ["was never sent it", new LabError("LINK_LOST", "gone", { unsent: true }), 0],
  ["does not answer", new LabError("NO_ANSWER", "silence"), 1],
  ["is lost", new LabError("LINK_LOST", "gone"), 1],
])("a train whose board %s", async (_, failure, counted) => {
  const chip = await board();
  const ledger = ledgerOf(chip);
  const failing = withLedger({ ...chip, pulse: () => Promise.reject(failure) }, ledger);
  const mask = new Uint8Array(12 * 56).fill(1);
  const steps = [{ amplitudeCode: 900, widthSeconds: 1e-6, trailingSeconds: 0 }];
  await expect(failing.pulse(region, { kind: "shared", mask, steps })).rejects.toBe(failure);
  expect(sum(countsOf(ledger))).toBe(counted * 12 * 56);
});

test("a process that is killed between the intent and the sending leaves pulses that count as sent", async () => {
  const chip = await board();
  const ledger = ledgerOf(chip);
  let killedAt = "";
  let trains = 0;
  const killed: Chip = {
    ...chip,
    pulse(band, train) {
      if (++trains === 9) killedAt = leftBehind(ledger);
      return killedAt === "" ? chip.pulse(band, train) : new Promise(() => {});
    },
    read: (band, options) => (killedAt === "" ? chip.read(band, options) : new Promise(() => {})),
  };
  void programmed(withLedger(killed, ledger));
  while (killedAt === "") await new Promise((resolve) => setImmediate(resolve));
  const truth = await truthOf(chip);
  const next = ledgerOf(chip, killedAt);
  expect(next.unsettled.trains).toBeGreaterThan(0);
  expect(sum(countsOf(next)) - sum(truth)).toBe(next.unsettled.pulses);
  next.close();
  expect(readWearSummary(next.path, 1).unknownPulses).toBe(next.unsettled.pulses);
});

test("no train is sent that would wear a cell beyond its limit", async () => {
  const chip = await board();
  const ledger = openLedger(freshFolder(), chip.descriptor, owner, 9);
  onTestFinished(() => ledger.close());
  await expect(programmed(withLedger(chip, ledger))).rejects.toMatchObject({
    cause: {
      code: "LIMIT",
      unsent: true,
      message: expect.stringMatching(/row \d+, column \d+ has had \d+ pulses/),
    },
  });
  const truth = await truthOf(chip);
  expect(Math.max(...truth)).toBeLessThanOrEqual(9);
  expect(countsOf(ledger)).toEqual(truth);
});

test("a chip that begins anew under its serial number has a ledger of its own, and one that goes on has its old one", async () => {
  const origin = { profile: builtinProfile("tiny"), seed: 4 };
  const chip = powerUp(origin, { bootId: 1, life: "a" });
  const saved = powerUp(chip.state(), { bootId: 2, life: "b" }).firmware.descriptor;
  const anew = powerUp(origin, { bootId: 3, life: "c" }).firmware.descriptor;
  const older = powerUp({ ...chip.state(), life: undefined }, { bootId: 4, life: "d" }).firmware.descriptor;
  expect([saved.life, anew.life, older.life]).toEqual(["a", "c", "d"]);
  expect(ledgerPath("x", saved)).toBe(ledgerPath("x", chip.firmware.descriptor));
  expect(ledgerPath("x", anew)).not.toBe(ledgerPath("x", saved));
});
