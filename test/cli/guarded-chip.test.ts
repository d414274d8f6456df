/** What the ledger of a chip is told, and the user about it. */

import { expect, test } from "vitest";
import type { Chip } from "../../src/chip/chip.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { marksToAvoid } from "../../src/cli/actions/avoided.ts";
import { type GuardArguments, withGuardedChip } from "../../src/cli/actions/guarded-chip.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { readWearSummary } from "../../src/store/ledger/summary.ts";
import { openStore } from "../../src/store/store.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { freshFolder } from "../store/ledger-bench.ts";
import { beginRun } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

const envelope = {
  ...{ supplyVolts: 3, maxPulseJoules: 1e-8, maxPulsesPerCell: 1000 },
  ...{ maxDuty: 0.25, dutySeconds: 4e-5, minKelvin: 200, maxKelvin: 400 },
};
const cell = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };
const pulse = {
  kind: "shared",
  mask: Uint8Array.of(1),
  steps: [{ amplitudeCode: 100, widthSeconds: 1e-5, trailingSeconds: 0 }],
} as const;

function bench(): { context: Context; said: () => string } {
  let said = "";
  const stream = { write: (text: string) => (said += text) };
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1000 };
  const timer = new VirtualTimer();
  const context: Context = {
    ...{ clock, timer, prng: seededPrng(1), stop: new AbortController().signal },
    output: new Output({ stdout: stream, stderr: stream }, clock, { json: false, quiet: true }),
    boards: new OpenBoards(timer),
    commandLine: ["program"],
  };
  return { context, said: () => said };
}

/** One pulse, behind everything. Gives the path of the ledger and what the user was told. */
async function pulsed(args: GuardArguments) {
  const { context, said } = bench();
  const { chip } = numericalChip(() => 1e-6);
  const path = await withGuardedChip(
    args,
    { ...chip, descriptor: { ...smallDescriptor, envelope } },
    context,
    (guarded) => guarded.chip.pulse(cell, pulse).then(() => guarded.ledger.path),
  );
  return { path, said: said() };
}

test("a new ledger is said, also to those who want no remarks, and one that goes on is not", async () => {
  const ledger = freshFolder();
  const { path, said } = await pulsed({ ledger });
  expect(said).toBe(
    `warning: this chip has no wear ledger yet: its first pulse begins one at ${path}; if it was pulsed before, name the folder of its ledger with --ledger\n`,
  );
  expect((await pulsed({ ledger })).said).toBe("");
  expect((await pulsed({ ledger: freshFolder(), rehearsal: true })).said).toBe("");
});

test("a ledger holds the limit of the chip, not the narrower one of a user", async () => {
  const { path } = await pulsed({ ledger: freshFolder(), maxPulsesPerCell: 7 });
  expect(readWearSummary(path, 1).chip.maxPulsesPerCell).toBe(1000);
});

test("a train that waits for its duty when the board is left is not sent", async () => {
  const { context } = bench();
  const { chip, calls } = numericalChip(() => 1e-6);
  let boardReady = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    boardReady = resolve;
  });
  const board: Chip = {
    ...chip,
    descriptor: { ...smallDescriptor, envelope },
    waitUntil: (seconds) => waiting.then(() => seconds),
  };
  await withGuardedChip({ ledger: freshFolder() }, board, context, async (guarded) => {
    await guarded.chip.pulse(cell, pulse);
    const late = guarded.chip.pulse(cell, pulse);
    await context.boards.leaveAll();
    boardReady();
    await expect(late).rejects.toMatchObject({ code: "INTERRUPTED", unsent: true });
    expect(guarded.ledger.pulsesOf(cell)).toBe(1);
  });
  expect(calls).toHaveLength(1);
});

test("stuck devices of an earlier life of an emulated chip are not those of this one", async () => {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  store.chips.attach(beginRun(store, "program", 0), { ...smallDescriptor, life: "1" });
  store.close();
  const converters = nominalCalibration(smallDescriptor);
  expect(await marksToAvoid([path], { ...smallDescriptor, life: "1" }, converters)).toEqual([]);
  await expect(marksToAvoid([path], { ...smallDescriptor, life: "2" }, converters)).rejects.toMatchObject({
    code: "STORE_CONTENT",
    message: expect.stringContaining("life 1"),
  });
});
