/** What all conversions of a chip have in common, and how a matrix and its converters are put into the memory of the kernel. */

import { largestInputCode, largestOutputCode, siemensPerOutputCode } from "../../../src/chip/mvm.ts";
import type { Devices } from "../../device/devices.ts";
import { mvmEvent } from "../../device/events.ts";
import { eventKey } from "../../device/keyed-normal.ts";
import type { ColumnErrors } from "../column-errors.ts";
import { panelColumns } from "./blocks.ts";
import { deviceNoise, noiseSiemens } from "./device-noise.ts";
import { columnBytes, type KernelMemory, type MatrixPlaces } from "./kernel-memory.ts";
import { referencePulse } from "./matrices.ts";
import type { PackedMatrix } from "./packed-matrix.ts";
import type { MvmParameters } from "./parameters.ts";

export interface Converters {
  readonly mixedSeed: number;
  readonly errors: ColumnErrors;
  readonly largestInput: number;
  readonly largestCode: number;
  readonly siemensPerCode: number;
  readonly conversionNoiseCodes: number;
  readonly wireOhms: number;
  /** Variance of the noise of the devices for a mean pulse of this part of a phase, relative to what a matrix holds. */
  varianceFactor(meanPulse: number): number;
}

export function convertersOf(parameters: MvmParameters, devices: Devices, errors: ColumnErrors): Converters {
  const { ability, conversionNoiseCodes, wireOhms } = parameters;
  return {
    mixedSeed: devices.mixedSeed,
    errors,
    largestInput: largestInputCode(ability),
    largestCode: largestOutputCode(ability),
    siemensPerCode: siemensPerOutputCode(ability),
    conversionNoiseCodes,
    wireOhms,
    varianceFactor: varianceFactorOf(parameters, devices.parameters.drift.gMaxSiemens / 2),
  };
}

/** Mean pulses are told apart to this part of a phase. */
const pulseSteps = 256;

/** Slope and offset of the noise law keep their ratio within 2 %, so that one conductance stands for all. */
function varianceFactorOf(parameters: MvmParameters, siemens: number): (meanPulse: number) => number {
  const { phaseSeconds } = parameters.ability;
  const sigma = (pulse: number): number =>
    noiseSiemens(deviceNoise(parameters.deviceNoise, pulse * phaseSeconds), siemens);
  const reference = sigma(referencePulse);
  const factors = Float64Array.from({ length: pulseSteps + 1 }, (_, n) =>
    reference === 0 ? 0 : (sigma(n / pulseSteps) / reference) ** 2,
  );
  return (meanPulse) => factors[Math.round(meanPulse * pulseSteps)] ?? 0;
}

/** @param firstColumn bit line of the first column of the matrix. */
export function loadMatrix(
  memory: KernelMemory,
  places: MatrixPlaces,
  converters: Converters,
  matrix: PackedMatrix,
  firstColumn: number,
): void {
  memory.int16.set(matrix.steps, places.steps / 2);
  memory.int16.set(matrix.varianceSteps, places.varianceSteps / 2);
  for (let panel = 0; panel < matrix.panels; panel++) {
    const record = (places.columns + panel * columnBytes) / 4;
    for (let n = 0; n < panelColumns; n++) {
      const inMatrix = panel * panelColumns + n < matrix.columns;
      loadConverter(memory, converters, inMatrix ? firstColumn + panel * panelColumns + n : -1, record + n);
    }
    loadLoads(memory, converters.wireOhms * matrix.rowsPerBlock, matrix, panel, record + 3 * panelColumns);
  }
}

/** Columns that only fill a panel convert to 0. */
function loadConverter(
  { float32, int32 }: KernelMemory,
  { errors, mixedSeed }: Converters,
  column: number,
  at: number,
): void {
  float32[at] = errors.gain[column] ?? 0;
  float32[at + panelColumns] = errors.offsetCodes[column] ?? 0;
  int32[at + 2 * panelColumns] = eventKey(mixedSeed, column, mvmEvent);
}

function loadLoads(
  { float32 }: KernelMemory,
  ohms: number,
  { blocks, blockLoads }: PackedMatrix,
  panel: number,
  at: number,
): void {
  const count = blocks * panelColumns;
  for (let n = 0; n < count; n++) float32[at + n] = ohms * blockLoads[panel * count + n]!;
}
