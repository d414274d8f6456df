/** What a command is to model of the array, from its options, and the products of a store's network that follow from it. */

import type { Descriptor } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { parseQuantity } from "../../core/units.ts";
import {
  type InputRange,
  parseInputRange,
  rangeText,
  usualRange,
} from "../../inference/array-model/input-range.ts";
import {
  type ArrayModel,
  type ConverterRanges,
  isModelled,
  type LayerArray,
  needsRanges,
} from "../../inference/array-model/model.ts";
import { modelledProducts } from "../../inference/array-model/modelled-products.ts";
import { calibrateRanges } from "../../inference/array-model/ranges.ts";
import { parseReadNoise, readNoiseText } from "../../inference/array-model/read-noise.ts";
import type { CalibrationInput } from "../../inference/compensation.ts";
import type { Parameters } from "../../inference/graph.ts";
import type { Network } from "../../network/layer.ts";

export interface ArrayArguments {
  readonly readNoise?: string | undefined;
  readonly dacBits?: number | undefined;
  readonly adcBits?: number | undefined;
  readonly inputRange?: string | undefined;
  readonly irDrop?: string | undefined;
}

export interface ModelledArray {
  readonly model: ArrayModel;
  readonly range: InputRange;
  /** For people and records: "DAC 8 bits, ADC 8 bits, range quantile:0.99995, read noise pcm:26µs". */
  readonly text: string;
}

/** Of a compensation: results with a modelled array bear another name than those of the readout alone, which people see most. */
export const modelledLabel = (compensation: string, modelled: ModelledArray | undefined): string =>
  modelled === undefined ? compensation : `${compensation}@modelled`;

/** A wire of more than this is a slip of a unit; densely drawn lines have a third of an ohm a cell. */
const mostOhms = 1000;

/**
 * Undefined when nothing is to be modelled.
 * @param hasRanges whether the range of inputs is needed anyway, for the chip itself. @throws LabError USAGE.
 */
export function modelledArrayOf(args: ArrayArguments, hasRanges = false): ModelledArray | undefined {
  const { dacBits, adcBits } = args;
  const model: ArrayModel = {
    ...(dacBits !== undefined && { dacBits }),
    ...(adcBits !== undefined && { adcBits }),
    ...(args.readNoise !== undefined && { readNoise: parseReadNoise(args.readNoise) }),
    ...(args.irDrop !== undefined && { wireOhms: ohmsOf(args.irDrop) }),
  };
  const range = args.inputRange === undefined ? usualRange : parseInputRange(args.inputRange);
  if (!isModelled(model)) {
    if (args.inputRange === undefined || hasRanges) return undefined;
    throw new LabError("USAGE", "--input-range is the range of converters, and none is modelled", {
      next: "add --dac-bits 8 --adc-bits 8, or leave it out",
    });
  }
  return { model, range, text: textOf(model, range) };
}

function ohmsOf(text: string): number {
  const ohms = parseQuantity(text, "ohm");
  if (ohms > 0 && ohms <= mostOhms) return ohms;
  throw new LabError("USAGE", `--ir-drop ${text}: not above 0 and up to ${mostOhms} ohm`, {
    next: "give the resistance of one cell of the bit line: --ir-drop 0.35ohm",
  });
}

function textOf(model: ArrayModel, range: InputRange): string {
  const { dacBits, adcBits, readNoise, wireOhms } = model;
  return [
    ...(dacBits === undefined ? [] : [`DAC ${dacBits} bits`]),
    ...(adcBits === undefined ? [] : [`ADC ${adcBits} bits`]),
    ...(needsRanges(model) ? [`range ${rangeText(range)}`] : []),
    ...(readNoise === undefined ? [] : [`read noise ${readNoiseText(readNoise)}`]),
    ...(wireOhms === undefined ? [] : [`IR drop ${wireOhms} ohm a cell`]),
  ].join(", ");
}

/** The products of the layers with their conductances at one age; ranges of converters are measured once. */
export class ArrayProducts {
  readonly #network: Network;
  readonly #modelled: ModelledArray;
  readonly #ranges: ConverterRanges | undefined;
  readonly #seed: number;

  private constructor(
    network: Network,
    modelled: ModelledArray,
    ranges: ConverterRanges | undefined,
    seed: number,
  ) {
    this.#network = network;
    this.#modelled = modelled;
    this.#ranges = ranges;
    this.#seed = seed;
  }

  /**
   * @param arrays at any age. @param calibration may be missing when only read noise is modelled. @param chip gives the full scale of
   * the ADC where it multiplies in its array. @param seed of the noise.
   * @throws LabError BAD_DATA when the images do not belong to the network; TypeError when there are none and they are needed.
   */
  static async open(
    network: Network,
    modelled: ModelledArray,
    arrays: readonly LayerArray[],
    calibration: CalibrationInput | undefined,
    chip: Descriptor | undefined,
    seed: number,
  ): Promise<ArrayProducts> {
    if (!needsRanges(modelled.model)) return new ArrayProducts(network, modelled, undefined, seed);
    if (calibration === undefined) throw new TypeError("ranges of converters need calibration images");
    const { images, seed: order, batches: _, batchSize: __, ...options } = calibration;
    const ranges = await calibrateRanges(network, arrays, images, {
      ...options,
      prng: seededPrng(order),
      range: modelled.range,
      fullScaleSiemens: chip?.mvm?.fullScaleSiemens,
    });
    return new ArrayProducts(network, modelled, ranges, seed);
  }

  of(arrays: readonly LayerArray[]): Parameters["products"] {
    return modelledProducts(this.#network, arrays, this.#modelled.model, this.#ranges, this.#seed);
  }

  /** For the record of a result. */
  details(): object {
    const { text, model } = this.#modelled;
    return { text, ...model, seed: this.#seed, ...(this.#ranges && { ranges: this.#ranges }) };
  }
}
