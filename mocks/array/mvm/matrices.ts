/** The matrices of the regions that were multiplied with lately, each as its devices were at the time that hold.ts says. */

import type { UnitCells } from "../../../src/chip/mvm.ts";
import { kelvinNow } from "../../device/climate.ts";
import type { Devices } from "../../device/devices.ts";
import { cellsOf, type Layout } from "../layout.ts";
import { latestPulseSeconds, type Side, sideAt } from "./conductances.ts";
import { deviceNoise } from "./device-noise.ts";
import { heldTime } from "./hold.ts";
import { type PackedMatrix, packMatrix, type Weights } from "./packed-matrix.ts";
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

/** Regions that are remembered, about 2 MB each for 256 x 256; more only cost time. */
const maxRegions = 16;

interface Source {
  readonly parameters: MvmParameters;
  readonly devices: Devices;
  readonly layout: Layout;
}

interface Held {
  readonly plusCells: readonly Uint32Array[];
  readonly minusCells: readonly Uint32Array[];
  readonly latestPulseSeconds: number;
  readonly moment: Moment;
}

/** The conductances of a region at one time, after the temperatures up to now. */
interface Moment {
  readonly seconds: number;
  readonly kelvin: number;
  readonly climateSteps: number;
  readonly plus: Side;
  readonly minus: Side;
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
      dropOldest(regions);
      return packedOf(held.moment, sign, cells);
    },
    forget: () => regions.clear(),
  };
}

/** `known` while it is valid, or with the conductances of a later moment. */
function heldAt(source: Source, cells: UnitCells, seconds: number, known: Held | undefined): Held {
  const { parameters, devices } = source;
  const region = known ?? regionOf(source, cells);
  const heldSeconds = heldTime(seconds, region.latestPulseSeconds, parameters.holdSeconds);
  return known !== undefined && isPresent(known.moment, devices, heldSeconds)
    ? known
    : { ...region, moment: momentAt(source, region, heldSeconds) };
}

const isPresent = (moment: Moment, { climate, parameters }: Devices, heldSeconds: number): boolean =>
  moment.seconds === heldSeconds &&
  moment.climateSteps === climate.steps[0] &&
  moment.kelvin === kelvinNow(climate, parameters.temperature.referenceKelvin);

type Region = Omit<Held, "moment">;

function regionOf({ parameters, devices, layout }: Source, cells: UnitCells): Region {
  const { plusArrays, minusArrays } = parameters.ability;
  const cellsIn = (array: number): Uint32Array => cellsOf(layout, { array, ...cells });
  const plusCells = plusArrays.map(cellsIn);
  const minusCells = minusArrays.map(cellsIn);
  const latest = latestPulseSeconds(devices, [...plusCells, ...minusCells]);
  return { plusCells, minusCells, latestPulseSeconds: latest };
}

function momentAt(
  { parameters, devices }: Source,
  { plusCells, minusCells }: Region,
  seconds: number,
): Moment {
  const noise = deviceNoise(parameters.deviceNoise, referencePulse * parameters.ability.phaseSeconds);
  return {
    seconds,
    kelvin: kelvinNow(devices.climate, devices.parameters.temperature.referenceKelvin),
    climateSteps: devices.climate.steps[0] ?? 0,
    plus: sideAt(devices, plusCells, seconds, noise),
    minus: sideAt(devices, minusCells, seconds, noise),
    packed: new Map(),
  };
}

function packedOf(moment: Moment, sign: Sign, cells: UnitCells): PackedMatrix {
  const known = moment.packed.get(sign);
  if (known !== undefined) return known;
  const packed = packMatrix(weightsOf(moment, sign), cells);
  moment.packed.set(sign, packed);
  return packed;
}

function weightsOf({ plus, minus }: Moment, sign: Sign): Weights {
  if (sign !== "net") {
    const { siemens, variance } = sign === "plus" ? plus : minus;
    return { siemens, loadSiemens: siemens, variance };
  }
  return {
    siemens: plus.siemens.map((siemens, n) => siemens - minus.siemens[n]!),
    loadSiemens: plus.siemens.map((siemens, n) => siemens + minus.siemens[n]!),
    variance: plus.variance.map((variance, n) => variance + minus.variance[n]!),
  };
}

function dropOldest(regions: Map<string, Held>): void {
  const [oldest] = regions.keys();
  if (regions.size > maxRegions && oldest !== undefined) regions.delete(oldest);
}
