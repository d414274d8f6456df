/** What the firmware needs of the silicon below it. The firmware knows nothing of devices, only of regions and codes. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { MvmRequest } from "../../src/chip/mvm.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";

export interface ChipArray {
  readonly descriptor: Descriptor;
  /** `codeSums` holds the cells that were read, row by row. */
  read(
    region: Region,
    options: ReadOptions,
    startSeconds: number,
  ): { codeSums: Uint16Array; saturatedCells: number; endSeconds: number };
  pulse(region: Region, train: PulseTrain, startSeconds: number): { pulses: number; endSeconds: number };
  /** Of an array that multiplies: signed codes, vector by vector, one for each column; vectors follow each other in equal steps. */
  mvm?(
    request: MvmRequest,
    startSeconds: number,
  ): { outputs: Int16Array; saturatedOutputs: number; endSeconds: number };
  /** Of a board that can: currents (A) of DAC codes through its sense resistor, one for each. */
  measureCurrents?(codes: Uint16Array, startSeconds: number): { amperes: Float32Array; endSeconds: number };
  /** Temperature of the chip now (K). */
  temperatureKelvin(): number;
  /** The ambient temperature from this chip time on. */
  setTemperature(kelvin: number, atSeconds: number): void;
  /** Noise-free conductances in S. */
  conductances(region: Region, atSeconds: number): Float32Array;
  pulseCounts(region: Region): Uint32Array;
}
