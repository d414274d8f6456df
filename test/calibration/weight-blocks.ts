/** Blocks of weights on the chip of formulas, and what came of programming them. */

import type { ProgrammingAlgorithm } from "../../calibration/program-verify/algorithm.ts";
import { netSiemens } from "../../calibration/program-verify/device-order.ts";
import { maxSetFill } from "../../calibration/program-verify/max-set-fill.ts";
import { maxSetFillParametersFor } from "../../calibration/program-verify/max-set-fill-parameters.ts";
import { meltQuench } from "../../calibration/program-verify/melt-quench.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { partialSet } from "../../calibration/program-verify/partial-set.ts";
import { partialSetParametersFor } from "../../calibration/program-verify/partial-set-parameters.ts";
import { residual } from "../../calibration/program-verify/residual.ts";
import { residualParametersFor } from "../../calibration/program-verify/residual-parameters.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";

/** Six rows of four weights, their devices on adjacent bit lines. */
export const pairs: WeightBlock = {
  rows: 6,
  columns: 4,
  devicesPerWeight: 2,
  parts: [{ region: { array: 0, row: 1, column: 2, rows: 6, columns: 8 }, devices: [0, 1] }],
};

/** The same with four devices a weight, each in a part of its own. */
export const unitCells: WeightBlock = {
  rows: 6,
  columns: 4,
  devicesPerWeight: 4,
  parts: [0, 1, 2, 3].map((device) => ({
    region: { array: 0, row: 1, column: 4 * device, rows: 6, columns: 4 },
    devices: [device],
  })),
};

export const calibration = nominalCalibration(smallDescriptor);

/** From -20 to 20 µS and 0, none of them inside the zero level. */
export const someTargets = (block: WeightBlock): Float32Array =>
  Float32Array.from({ length: block.rows * block.columns }, (_, n) => ((n % 11) - 5) * 4e-6);

export const algorithms: readonly ProgrammingAlgorithm[] = [
  meltQuench(joshi2020),
  partialSet(partialSetParametersFor(smallDescriptor)),
  maxSetFill(maxSetFillParametersFor(smallDescriptor)),
  residual(residualParametersFor(smallDescriptor)),
];

/** Conductances of all devices (S), in device order. */
export async function readDevices(chip: Chip, block: WeightBlock): Promise<Float32Array> {
  const siemens = new Float32Array(deviceCountOf(block));
  let first = 0;
  for (const { region } of block.parts) {
    const { codeSums } = await chip.read(region, { averages: 5, readVolts: 0.3 });
    siemens.set(conductances(codeSums, 5, calibration, region), first);
    first += cellCount(region);
  }
  return siemens;
}

export const readNet = async (chip: Chip, block: WeightBlock): Promise<Float32Array> =>
  netSiemens(block, await readDevices(chip, block));
