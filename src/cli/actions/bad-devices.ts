/** Marked devices under a block, and what they hold, which the others of their weights have to make up for. */

import { ofPart } from "../../../calibration/program-verify/device-order.ts";
import type { BadDevices } from "../../../calibration/program-verify/known-bad.ts";
import type { Chip } from "../../chip/chip.ts";
import { type ConverterCalibration, conductances, type ReadOptions } from "../../chip/readout.ts";
import type { WeightBlock } from "../../chip/weight-block.ts";
import { countNonZero } from "../../core/bytes.ts";
import { knownBadOf } from "../../network/known-bad.ts";
import type { Mark } from "../../network/marks.ts";

export interface BadDevicesJob {
  readonly chip: Pick<Chip, "read">;
  readonly calibration: ConverterCalibration;
  readonly reading: ReadOptions;
  /** What the placement avoided where it could. */
  readonly marks: readonly Mark[];
}

/**
 * Devices with a mark of their own are read. Those of whole lines are not: what is wrong with a line may be its converter.
 * @returns undefined when nothing is marked.
 */
export async function badDevices(
  { chip, calibration, reading, marks }: BadDevicesJob,
  block: WeightBlock,
): Promise<BadDevices | undefined> {
  const knownBad = knownBadOf(block, marks);
  if (countNonZero(knownBad) === 0) return undefined;
  const readable = knownBadOf(
    block,
    marks.filter(({ kind }) => kind === "device"),
  );
  const heldSiemens = new Float32Array(knownBad.length);
  for (const [part, { region }] of block.parts.entries()) {
    const mask = ofPart(readable, block, part);
    if (countNonZero(mask) === 0) continue;
    const { codeSums } = await chip.read(region, { ...reading, mask });
    const held = conductances(codeSums, reading.averages, calibration, region);
    ofPart(heldSiemens, block, part).set(held.map((siemens, cell) => (mask[cell] === 0 ? 0 : siemens)));
  }
  return { knownBad, heldSiemens };
}
