/** Programs the devices of a region to a target each by melt-quench, whatever they stand for. */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellCount, type Region, regionText, rowBands } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { decodeState } from "./band-state.ts";
import { joinedBands } from "./block-programming.ts";
import { deviceSteps } from "./melt-quench.ts";
import { assertConsistent, type MeltQuenchParameters } from "./parameters.ts";
import { assertPossible } from "./possible.ts";
import { type BandsOptions, bandDevices, programBands } from "./program-bands.ts";
import { type RegionProgramming, RegionUnfinished } from "./region-programming.ts";

export type { RegionProgramming };

export interface ProgramOptions extends BandsOptions {
  readonly parameters: MeltQuenchParameters;
  /** Bytes that `hooks.onState` gave, by band: those bands go on from there, with a reading first. Pulses of before are not counted again. */
  readonly resume?: ReadonlyMap<number, Uint8Array>;
}

/**
 * @param targets conductances in S, one for each cell of the region, row by row.
 * @throws RegionUnfinished with what was done and the cause (an error of the chip, or LabError INTERRUPTED) when it was begun.
 * @throws LabError LIMIT for targets that are not numbers, are negative or beyond the converter's range, and for parameters that
 * the chip cannot do; USAGE for parameters that contradict each other; the errors of the chip. No pulse was sent then.
 */
export async function programRegion(
  chip: Chip,
  region: Region,
  targets: Float32Array,
  options: ProgramOptions,
): Promise<RegionProgramming> {
  const { descriptor } = chip;
  const { parameters } = options;
  assertConsistent(parameters);
  assertPossible(parameters, descriptor);
  assertTargets(chip, region, targets);
  const beforeSeconds = await chip.now();
  const work = bandsOf(region, descriptor).map((band, index) => {
    const first = (band.row - region.row) * region.columns;
    const own = targets.subarray(first, first + cellCount(band));
    const knownBad = new Uint8Array(own.length);
    const bytes = options.resume?.get(index);
    return {
      block: asBlock(band),
      steps: deviceSteps({ targets: own, knownBad, descriptor, parameters }),
      ...(bytes !== undefined && { resumed: decodeState(bytes, own.length) }),
    };
  });
  const { bands, ...ending } = await programBands(chip, work, options);
  const joined = bands.map((result, index) => ({ block: work[index]!.block, result }));
  const { block: _, targets: __, states: ___, ...done } = joinedBands(asBlock(region), joined, beforeSeconds);
  if ("cause" in ending) throw new RegionUnfinished({ region, ...done }, ending.cause);
  return { region, ...done };
}

/** The bands of a region, whose numbers the hooks are told; they depend on nothing but these. */
export const bandsOf = (region: Region, descriptor: Descriptor): Region[] =>
  rowBands(region, Math.min(bandDevices, descriptor.maxCellsPerRequest));

/** Which devices of a weight they are makes no difference here. */
const asBlock = (region: Region) => ({ parts: [{ region, devices: [] }] });

function assertTargets(chip: Chip, region: Region, targets: Float32Array): void {
  if (targets.length !== cellCount(region)) {
    throw new TypeError(`${targets.length} targets for ${regionText(region)}`);
  }
  // Rounded as the targets are: the full scale itself is a target that can be read.
  const largest = Math.fround(chip.descriptor.read.fullScaleSiemens);
  const at = targets.findIndex((target) => !(target >= 0 && target <= largest));
  if (at < 0) return;
  const cell = `row ${region.row + Math.floor(at / region.columns)}, column ${region.column + (at % region.columns)}`;
  throw new LabError("LIMIT", `target ${targets[at]} S at ${cell}, the converter reads 0 to ${largest} S`, {
    next: "nothing was sent; choose a smaller --gmax or check the weights",
  });
}
