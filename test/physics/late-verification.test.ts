/** Residual programming that is verified an hour later: correctors follow what drift made of each weight, beside what it made of all. */

import { expect, test } from "vitest";
import { netSiemens } from "../../calibration/program-verify/device-order.ts";
import { driftedScale } from "../../calibration/program-verify/drifted-scale.ts";
import { residual } from "../../calibration/program-verify/residual.ts";
import { residualParametersFor } from "../../calibration/program-verify/residual-parameters.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openEmulator, stripOf } from "./lab.ts";
import { gMaxSiemens } from "./published.ts";
import { programAndVerify, readBlock } from "./weight-errors.ts";

const [hour, month] = [3600, 2_592_000];
const [rows, columns] = [40, 64];
const seed = 3;

/** Root of the mean square of net conductance less its target, a month after the first programming, when all have the best common scale. */
async function errorAfterMonth(verifySeconds: readonly number[]): Promise<number> {
  const arrays = [{ name: "A", rows, columns }];
  const chip = await openEmulator({ ...builtinProfile("fusion-1m"), arrays }, seed);
  const region = stripOf(chip, 0, rows);
  const block = {
    ...{ rows, columns: region.columns / 2, devicesPerWeight: 2 as const },
    parts: [{ region, devices: [0, 1] }],
  };
  const prng = seededPrng(seed);
  const targets = Float32Array.from(
    { length: block.rows * block.columns },
    () => Math.max(-1, Math.min(1, 0.5 * prng.normal())) * gMaxSiemens,
  );
  const algorithm = residual(residualParametersFor(chip.descriptor));
  const { endSeconds } = await programAndVerify(chip, block, targets, algorithm, verifySeconds);
  await chip.waitUntil(endSeconds + month);
  const net = netSiemens(block, await readBlock(chip, block));
  const scale = driftedScale(targets, net);
  const squares = net.reduce((sum, value, weight) => sum + (value / scale - targets[weight]!) ** 2, 0);
  return Math.sqrt(squares / net.length);
}

test("a late verification takes spread of drift from the weights, and leaves their common loss to compensation", async () => {
  const without = await errorAfterMonth([]);
  const verified = await errorAfterMonth([hour]);
  expect(verified).toBeLessThan(0.92 * without);
});
