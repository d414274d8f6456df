import { expect, onTestFinished, test } from "vitest";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { WearWatch } from "../../src/dashboard/wear-watch.ts";
import { openLedger } from "../../src/store/ledger/chip-ledger.ts";
import { freshFolder, owner } from "../store/ledger-bench.ts";
import { descriptor } from "../store/synthetic.ts";

const region = { array: 0, row: 3, column: 0, rows: 1, columns: 4 };
const train: PulseTrain = {
  kind: "per-cell",
  shape: { widthSeconds: 1e-7, trailingSeconds: 0 },
  amplitudeCodes: Uint16Array.of(100, 100, 100, 100),
};

test("the wear of a chip is read beside the program that writes it, and not more often than every ten seconds", () => {
  const folder = freshFolder();
  const watch = new WearWatch({ folder, most: 2, seldomSeconds: 10 });
  expect(watch.summary(descriptor, 0)).toBeUndefined();

  const ledger = openLedger(folder, descriptor, owner);
  onTestFinished(() => ledger.close());
  ledger.settle(ledger.intend(region, train), "applied");
  expect(watch.summary(descriptor, 5)).toBeUndefined();
  expect(watch.summary(descriptor, 10)).toMatchObject({
    pulses: 4,
    pulsedCells: 4,
    mostWorn: [{ row: 3 }, { row: 3 }],
  });

  const known = watch.summary(descriptor, 20);
  expect(watch.summary(descriptor, 30)).toBe(known);
  ledger.settle(ledger.intend(region, train), "applied");
  expect(watch.summary(descriptor, 35)).toBe(known);
  expect(watch.summary(descriptor, 40)).toMatchObject({ pulses: 8, pulsedCells: 4 });
});
