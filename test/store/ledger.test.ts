/** The wear ledger: what is in it after every ending that a train and a process can have. */

import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { type ChipLedger, openLedger } from "../../src/store/ledger/chip-ledger.ts";
import { ledgerPath, mayBeOf } from "../../src/store/ledger/place.ts";
import { ledgersIn, readWearSummary } from "../../src/store/ledger/summary.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";
import { freshFolder, leftBehind, owner } from "./ledger-bench.ts";

const region = { array: 0, row: 2, column: 3, rows: 2, columns: 4 };

/** Cells 0, 2 and 7 of the region, three pulses each. */
const shared: PulseTrain = {
  kind: "shared",
  mask: Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 1),
  steps: Array.from({ length: 3 }, () => ({ amplitudeCode: 5, widthSeconds: 1e-6, trailingSeconds: 0 })),
};
/** Cells 0 and 1, one pulse each. */
const perCell: PulseTrain = {
  kind: "per-cell",
  shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
  amplitudeCodes: Uint16Array.of(9, 4095, 0, 0, 0, 0, 0, 0),
};
const cell = (n: number) => ({ array: 0, row: 2 + Math.floor(n / 4), column: 3 + (n % 4) });

function opened(folder = freshFolder(), descriptor: Descriptor = smallDescriptor, max?: number): ChipLedger {
  const ledger = openLedger(folder, descriptor, owner, max);
  onTestFinished(() => ledger.close());
  return ledger;
}

function pulsedOnce(folder: string, descriptor?: Descriptor): void {
  const ledger = opened(folder, descriptor);
  ledger.settle(ledger.intend(region, shared), "applied");
  ledger.close();
}

const summaryIn = (folder: string) => readWearSummary(ledgerPath(folder, smallDescriptor), 10);

describe("a train", () => {
  test.each(["applied", "unknown"] as const)(
    "that is settled as %s counts, in this life and the next",
    (fate) => {
      const folder = freshFolder();
      const ledger = opened(folder);
      ledger.settle(ledger.intend(region, shared), fate);
      ledger.settle(ledger.intend(region, perCell), "applied");
      expect([0, 1, 2, 3, 7].map((n) => ledger.pulsesOf(cell(n)))).toEqual([4, 1, 3, 0, 3]);
      ledger.close();
      expect(summaryIn(folder)).toMatchObject({
        pulses: 11,
        pulsedCells: 4,
        unknownPulses: fate === "unknown" ? 9 : 0,
      });
      const next = opened(folder);
      expect(next.unsettled).toEqual({ trains: 0, pulses: 0 });
      expect([0, 1, 2, 3, 7].map((n) => next.pulsesOf(cell(n)))).toEqual([4, 1, 3, 0, 3]);
    },
  );

  test("that was not applied is taken back", () => {
    const folder = freshFolder();
    const ledger = opened(folder);
    const refused = ledger.intend(region, shared);
    expect(ledger.pulsesOf(cell(0))).toBe(3);
    ledger.settle(refused, "not-applied");
    expect(ledger.pulsesOf(cell(0))).toBe(0);
    ledger.close();
    expect(summaryIn(folder)).toMatchObject({ pulses: 0, mostWorn: [] });
  });

  test("that nobody settled before the process was killed counts as unknown", () => {
    const ledger = opened();
    ledger.settle(ledger.intend(region, shared), "applied");
    ledger.intend(region, perCell);
    const folder = leftBehind(ledger);
    const before = summaryIn(folder);
    expect(before).toMatchObject({ pulses: 11, unknownPulses: 2, unsettled: { trains: 1, pulses: 2 } });
    const next = opened(folder);
    expect(next.unsettled).toEqual({ trains: 1, pulses: 2 });
    next.close();
    expect(summaryIn(folder)).toMatchObject({
      pulses: 11,
      unknownPulses: 2,
      unsettled: { trains: 0, pulses: 0 },
    });
  });

  test("is settled no more once the ledger is closed, and stays unknown", () => {
    const folder = freshFolder();
    const ledger = opened(folder);
    const late = ledger.intend(region, perCell);
    ledger.close();
    ledger.settle(late, "not-applied");
    expect(opened(folder).unsettled).toEqual({ trains: 1, pulses: 2 });
  });
});

describe("a run of the board itself", () => {
  const mask = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 1);

  test("counts at its most while it goes on, and as it was once its result is known", () => {
    const folder = freshFolder();
    const ledger = opened(folder);
    const run = ledger.intendRun({ region, mask }, 60);
    expect([0, 1, 2, 7].map((n) => ledger.pulsesOf(cell(n)))).toEqual([60, 60, 0, 60]);
    expect(summaryIn(leftBehind(ledger))).toMatchObject({ pulses: 180, unknownPulses: 180 });
    ledger.settleRun(run, Uint16Array.of(7, 0, 0, 0, 0, 0, 0, 12));
    expect([0, 1, 2, 7].map((n) => ledger.pulsesOf(cell(n)))).toEqual([7, 0, 0, 12]);
    expect(summaryIn(leftBehind(ledger))).toMatchObject({ pulses: 19, unknownPulses: 0 });
    ledger.close();
    expect(opened(folder).pulsesOf(cell(7))).toBe(12);
  });

  test("is refused when its most would pass the limit", () => {
    const ledger = opened(freshFolder(), smallDescriptor, 59);
    expect(() => ledger.intendRun({ region, mask }, 60)).toThrow(/would take it over 59/);
  });
});

test("every count is right at every moment that a process may be killed, over many folds", () => {
  const ledger = opened();
  for (let train = 0; train < 1200; train++) {
    const fate = (["applied", "not-applied", "unknown"] as const)[train % 3]!;
    ledger.settle(ledger.intend(region, perCell), fate);
    if (train % 149 !== 0) continue;
    const { pulses, unknownPulses } = summaryIn(leftBehind(ledger));
    const felt = 2 * (Math.floor(train / 3) + Math.floor((train + 1) / 3) + 1);
    const unknown = 2 * Math.floor((train + 1) / 3);
    // What became of the last train is written with the next one.
    const open = fate === "unknown" ? 0 : 2;
    expect([pulses, unknownPulses]).toEqual([fate === "not-applied" ? felt + open : felt, unknown + open]);
  }
  ledger.close();
  expect(readWearSummary(ledger.path, 0)).toMatchObject({ pulses: 1600, unknownPulses: 800 });
});

test("a ledger is new until something is booked in it, and does not stay behind before that", () => {
  const folder = freshFolder();
  const first = opened(folder);
  expect(first.isNew).toBe(true);
  expect(opened(freshFolder()).isNew).toBe(true);
  first.close();
  expect(ledgersIn(folder)).toEqual([]);
  const killed = leftBehind(opened(folder));
  expect(opened(killed).isNew).toBe(true);
});

test("a pulse that was not sent makes a ledger as well, and an emptied file is no history", () => {
  const folder = freshFolder();
  const first = opened(folder);
  first.settle(first.intend(region, shared), "not-applied");
  first.close();
  expect(ledgersIn(folder)).toEqual([first.path]);
  const next = opened(folder);
  next.close();
  writeFileSync(next.path, "");
  expect(opened(folder).isNew).toBe(true);
});

describe("the limit", () => {
  test("is the chip's own, and the cell that would pass it is named", () => {
    const envelope = {
      supplyVolts: 3,
      maxPulseJoules: 1e-8,
      maxPulsesPerCell: 4,
      maxDuty: 1,
      dutySeconds: 1,
      minKelvin: 200,
      maxKelvin: 400,
    };
    const ledger = opened(freshFolder(), { ...smallDescriptor, envelope });
    ledger.settle(ledger.intend(region, shared), "applied");
    ledger.settle(ledger.intend(region, perCell), "applied");
    expect(() => ledger.intend(region, shared)).toThrow(
      /array 0 \(A\), row 2, column 3 has had 4 pulses; 3 more.*over 4/,
    );
    expect(ledger.pulsesOf(cell(2))).toBe(3);
  });

  test("counts what is under way, and not what was taken back", () => {
    const ledger = opened(freshFolder(), smallDescriptor, 3);
    const first = ledger.intend(region, shared);
    expect(() => ledger.intend(region, perCell)).toThrow(/would take it over 3/);
    ledger.settle(first, "not-applied");
    ledger.intend(region, shared);
  });
});

describe("a ledger", () => {
  test("that another process writes is refused with its name, and may be read", () => {
    const folder = freshFolder();
    const ledger = opened(folder);
    ledger.intend(region, perCell);
    expect(() => opened(folder)).toThrow(/is being written by process 17 on bench, `pcmlab program`/);
    expect(summaryIn(folder)).toMatchObject({ owner, unsettled: { trains: 1 } });
    ledger.close();
    opened(folder);
  });

  test("is one for every chip and for every life of a chip", () => {
    const folder = freshFolder();
    const names = [
      {},
      { life: "1" },
      { life: "2" },
      { serialNumber: "2" },
      { model: "formula_1", serialNumber: "" },
      { manufacturer: "../.." },
      { serialNumber: "n".repeat(300) },
    ];
    for (const name of names) pulsedOnce(folder, { ...smallDescriptor, ...name });
    expect(ledgersIn(folder)).toHaveLength(names.length);
    // Its name tells whose it is, unless that is too long for a file name.
    for (const name of names) {
      const chip = { ...smallDescriptor, ...name };
      const file = basename(ledgerPath(folder, chip));
      expect(mayBeOf(file, chip.serialNumber)).toBe(true);
      expect(mayBeOf(file, "another")).toBe(chip.serialNumber.length > 200);
    }
  });

  test("of another chip, or of one with other arrays, is refused and left as it is", () => {
    const folder = freshFolder();
    pulsedOnce(folder);
    const before = summaryIn(folder);
    const other = { ...smallDescriptor, arrays: [{ name: "A", rows: 8, columns: 16 }] };
    expect(() => openLedger(folder, other, { ...owner, process: 18 })).toThrow(/is the wear ledger of/);
    expect(summaryIn(folder)).toEqual(before);
  });

  test("names its most worn cells, the most worn first", () => {
    const folder = freshFolder();
    const ledger = opened(folder);
    ledger.settle(ledger.intend(region, shared), "unknown");
    ledger.settle(ledger.intend(region, perCell), "applied");
    ledger.close();
    expect(readWearSummary(ledger.path, 2).mostWorn).toEqual([
      { ...cell(0), pulses: 4, unknown: 3 },
      { ...cell(2), pulses: 3, unknown: 3 },
    ]);
  });
});
