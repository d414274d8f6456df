/** What is modelled of the products of the array, beside the conductances that were read. */

import { seededPrng } from "../../core/prng.ts";
import { type ArrayModel, type LayerArray, needsRanges } from "../../inference/array-model/model.ts";
import { modelledProducts } from "../../inference/array-model/modelled-products.ts";
import { calibrateRanges } from "../../inference/array-model/ranges.ts";
import type { CalibrationInput } from "../../inference/compensation.ts";
import type { Parameters } from "../../inference/graph.ts";
import type { ArrayState, Conductances, ModelledPart } from "../../inference/validation/array-states.ts";
import type { ModelledArray } from "../actions/modelled-array.ts";
import type { ChipInstance } from "./instance.ts";

export type ProductsIn = (state: ArrayState, seed: number) => Parameters["products"];

export interface ArrayModelling {
  readonly parts: readonly ModelledPart[];
  /** For people; empty when nothing is modelled. */
  readonly text: string;
  /** Measures the ranges of the converters of a chip once; the products of its states follow. */
  productsOn(instance: ModelledChip): Promise<ProductsIn>;
}

type ModelledChip = Pick<ChipInstance, "network" | "placed" | "history" | "descriptor">;

/** @param calibration images that the ranges of converters are taken from; not needed by read noise alone. */
export function arrayModelling(
  modelled: ModelledArray | undefined,
  calibration: CalibrationInput | undefined,
): ArrayModelling {
  if (modelled === undefined) return { parts: [], text: "", productsOn: async () => () => undefined };
  const { model, range, text } = modelled;
  return {
    parts: partsOf(model),
    text,
    async productsOn(instance) {
      const ranges = needsRanges(model) ? await rangesOf(instance, range, calibration) : undefined;
      return (state, seed) => {
        const arrays = arraysOf(instance, state.conductances ?? instance.history.targets);
        return modelledProducts(instance.network, arrays, modelOf(model, state.modelled), ranges, seed);
      };
    },
  };
}

function partsOf({ dacBits, adcBits, readNoise, wireOhms }: ArrayModel): ModelledPart[] {
  return [
    ...(wireOhms === undefined ? [] : ["IR drop" as const]),
    ...(readNoise === undefined ? [] : ["read noise" as const]),
    ...(dacBits === undefined && adcBits === undefined ? [] : ["converters" as const]),
  ];
}

/** Only what is switched on. */
function modelOf(
  { dacBits, adcBits, readNoise, wireOhms }: ArrayModel,
  parts: readonly ModelledPart[],
): ArrayModel {
  const has = (part: ModelledPart): boolean => parts.includes(part);
  return {
    ...(has("IR drop") && wireOhms !== undefined && { wireOhms }),
    ...(has("read noise") && readNoise !== undefined && { readNoise }),
    ...(has("converters") && dacBits !== undefined && { dacBits }),
    ...(has("converters") && adcBits !== undefined && { adcBits }),
  };
}

function arraysOf({ placed }: ModelledChip, conductances: Conductances): LayerArray[] {
  return placed.tiles.map((tiles, layer) => ({
    tiles,
    conductances: conductances[layer] ?? [],
    siemensPerWeight: placed.mappings[layer]?.siemensPerWeight ?? new Float64Array(),
  }));
}

/** @throws TypeError without calibration images. */
function rangesOf(
  instance: ModelledChip,
  range: ModelledArray["range"],
  calibration: CalibrationInput | undefined,
) {
  if (calibration === undefined) throw new TypeError("ranges of converters need calibration images");
  const { images, seed, batches: _, batchSize: __, ...options } = calibration;
  const fullScaleSiemens = instance.descriptor?.mvm?.fullScaleSiemens;
  const arrays = arraysOf(instance, instance.history.targets);
  const how = { ...options, range, fullScaleSiemens, prng: seededPrng(seed) };
  return calibrateRanges(instance.network, arrays, images, how);
}
