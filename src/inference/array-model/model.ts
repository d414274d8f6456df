/** What of an array the readout engine can model beside the conductances that were read. */

import type { Tile } from "../../network/placement.ts";
import type { ReadNoiseLaw } from "./read-noise.ts";

/** Each part is on when it is there. */
export interface ArrayModel {
  /** Inputs have 2^(bits - 1) - 1 levels of either sign up to the input range of the layer, and are clipped there. */
  readonly dacBits?: number;
  /** The sums of each bit line likewise, up to the full scale of its converter; those of several arrays are added afterwards. */
  readonly adcBits?: number;
  /** Noise of the devices, drawn anew for every value of every product. */
  readonly readNoise?: ReadNoiseLaw;
  /** Resistance of a bit line from one word line to the next. */
  readonly wireOhms?: number;
}

/** What lies on the chip of one layer. */
export interface LayerArray {
  /** All tiles of the layer, in the order of the store or of the placement. */
  readonly tiles: readonly Tile[];
  /** One array for each tile: S of each cell of its region, row by row. */
  readonly conductances: readonly Float32Array[];
  /** beta of each column (S). */
  readonly siemensPerWeight: Float64Array;
}

/** What the converters of a network are set to. */
export interface ConverterRanges {
  /** By layer: the input that is the largest code. */
  readonly inputs: readonly number[];
  /**
   * By layer and conversion (`conversionsOf`): the sum over the rows of (input / input range) x net conductance that is the largest code, S.
   */
  readonly outputsSiemens: readonly (readonly number[])[];
}

/** Codes of either sign of a converter; the zero has one. */
export const largestCode = (bits: number): number => 2 ** (bits - 1) - 1;

export const isModelled = ({ dacBits, adcBits, readNoise, wireOhms }: ArrayModel): boolean =>
  [dacBits, adcBits, readNoise, wireOhms].some((part) => part !== undefined);

/** Whether the model needs to know how the inputs are driven. */
export const needsRanges = ({ dacBits, adcBits, wireOhms }: ArrayModel): boolean =>
  [dacBits, adcBits, wireOhms].some((part) => part !== undefined);
