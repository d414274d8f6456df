/** The matrices of the regions that were multiplied with lately, each as its devices were at the time that hold.ts says. */

import type { UnitCells } from "../../../src/chip/mvm.ts";
import { kelvinNow } from "../../device/climate.ts";
import type { Devices } from "../../device/devices.ts";
import { arrayOf, type Layout } from "../layout.ts";
import { blocksOf, panelColumns, type Shape } from "./blocks.ts";
import { type DeviceBlock, latestPulseSeconds, weightsAt } from "./conductances.ts";
import { deviceNoise } from "./device-noise.ts";
import { heldTime } from "./hold.ts";
import { type PackedMatrix, packMatrix } from "./packed-matrix.ts";
import type { MvmParameters } from "./parameters.ts";

/** "net" is plus less minus. */
export type Sign = "net" | "plus" | "minus";

export interface Matrices {
  /** @throws RangeError when the cells are not in the arrays. */
  at(cells: UnitCells, sign: Sign, seconds: number): PackedMatrix;
  /** Devices have changed. */
  forget(): void;
}

/** Devices have the noise of read pulses that last for this part of a phase; other pulses change it for all of them alike. */
export const referencePulse = 0.5;

/**
 * Regions that are remembered, within the unit cells of one array: so the whole core fits, or several parts of it. A unit cell takes
 * 2.5 bytes for each of its three signs that was asked for, which is 1.9 bytes a device; more regions would only save time.
 */
const maxRegions = 16;

interface Source {
  readonly parameters: MvmParameters;
  readonly devices: Devices;
  readonly layout: Layout;
  /** Shape of the arrays. */
  readonly shape: Shape;
}

interface Held {
  readonly cells: UnitCells;
  readonly latestPulseSeconds: number;
  readonly moment: Moment;
}

/** The conductances of a region at one time, after the temperatures up to now. */
interface Moment {
  readonly seconds: number;
  readonly kelvin: number;
  readonly climateSteps: number;
  readonly packed: Map<Sign, PackedMatrix>;
}

export function createMatrices(source: Source): Matrices {
  const regions = new Map<string, Held>();
  return {
    at(cells, sign, seconds) {
      const { row, column, rows, columns } = cells;
      const name = [row, column, rows, columns].join();
      const held = heldAt(source, cells, seconds, regions.get(name));
      regions.delete(name);
      regions.set(name, held);
      dropOldest(regions, packedCells(source.shape));
      return packedOf(source, held, sign);
    },
    forget: () => regions.clear(),
  };
}

/** `known` while it is valid, or with the conductances of a later moment. */
function heldAt(source: Source, cells: UnitCells, seconds: number, known: Held | undefined): Held {
  const { parameters, devices } = source;
  const latest =
    known?.latestPulseSeconds ?? latestPulseSeconds(devices, blocksOfDevices(source, cells, "net"));
  const heldSeconds = heldTime(seconds, latest, parameters.holdSeconds);
  return known !== undefined && isPresent(known.moment, devices, heldSeconds)
    ? known
    : { cells, latestPulseSeconds: latest, moment: momentAt(devices, heldSeconds) };
}

const isPresent = (moment: Moment, { climate, parameters }: Devices, heldSeconds: number): boolean =>
  moment.seconds === heldSeconds &&
  moment.climateSteps === climate.steps[0] &&
  moment.kelvin === kelvinNow(climate, parameters.temperature.referenceKelvin);

const momentAt = ({ climate, parameters }: Devices, seconds: number): Moment => ({
  seconds,
  kelvin: kelvinNow(climate, parameters.temperature.referenceKelvin),
  climateSteps: climate.steps[0] ?? 0,
  packed: new Map(),
});

function packedOf(source: Source, { cells, moment }: Held, sign: Sign): PackedMatrix {
  const known = moment.packed.get(sign);
  if (known !== undefined) return known;
  const { parameters, devices } = source;
  const noise = deviceNoise(parameters.deviceNoise, referencePulse * parameters.ability.phaseSeconds);
  const blocks = blocksOfDevices(source, cells, sign);
  const packed = packMatrix(weightsAt(devices, blocks, moment.seconds, noise), cells);
  moment.packed.set(sign, packed);
  return packed;
}

/** The devices of a sign; those of one sign alone count as positive. */
function blocksOfDevices({ parameters, layout }: Source, cells: UnitCells, sign: Sign): DeviceBlock[] {
  const { plusArrays, minusArrays } = parameters.ability;
  const { row, column, rows, columns } = cells;
  const blockIn = (array: number, counts: 1 | -1): DeviceBlock => {
    const { first, columns: stride } = arrayOf(layout, { array, ...cells });
    return { first: first + row * stride + column, stride, rows, columns, sign: counts };
  };
  return [
    ...(sign === "minus" ? [] : plusArrays.map((array) => blockIn(array, 1))),
    ...(sign === "plus" ? [] : minusArrays.map((array) => blockIn(array, sign === "net" ? -1 : 1))),
  ];
}

/** Unit cells with those that only fill blocks and panels. */
function packedCells(shape: Shape): number {
  const { paddedRows, panels } = blocksOf(shape);
  return paddedRows * panels * panelColumns;
}

/** The latest region stays in any case. */
function dropOldest(regions: Map<string, Held>, mostCells: number): void {
  let count = [...regions.values()].reduce((sum, { cells }) => sum + packedCells(cells), 0);
  for (const [name, { cells }] of regions) {
    if (regions.size === 1 || (regions.size <= maxRegions && count <= mostCells)) return;
    regions.delete(name);
    count -= packedCells(cells);
  }
}
