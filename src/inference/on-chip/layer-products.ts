/** The products of one layer in the array: its tiles with their calibrations, and what was done with them so far. */

import { maxVectorsFor } from "../../chip/limits.ts";
import { largestInputCode, mvmAbility, siemensPerOutputCode } from "../../chip/mvm.ts";
import { mapBounded } from "../../core/concurrency.ts";
import { LabError } from "../../core/errors.ts";
import type { Prng } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import type { OnnxNode } from "../../network/onnx/model.ts";
import type { Tile } from "../../network/placement.ts";
import type { Output } from "../session.ts";
import { calibrateProducts, type ProductCalibration } from "./calibrate-products.ts";
import { addOutputs, inputCodes, type OutputScale, tileInputs } from "./codes.ts";
import { type Patches, patchesOf } from "./patches.ts";
import { type ArrayTile, arrayTiles, type MultiplyingChip, netSiemens } from "./tiles.ts";

/** What lies on the chip of one layer. */
export interface ChipLayer {
  readonly layer: AnalogLayer;
  /** All tiles of the layer. */
  readonly tiles: readonly Tile[];
  /** rows x columns, as its devices were read: the products are calibrated against them. */
  readonly weights: Float32Array;
  /** beta of each column (S). */
  readonly siemensPerWeight: Float64Array;
  /** The input that gets the largest input code. */
  readonly inputRange: number;
}

export interface ProductOptions {
  readonly phases: 1 | 4;
  /** Random products of each tile that its gains and offsets are fitted to. */
  readonly calibrationVectors: number;
  readonly random: Prng;
  /** Aborted when the user wants to stop. */
  readonly stop?: AbortSignal;
}

/** What was done with one layer. */
export interface LayerAccount {
  readonly layer: string;
  /** Products of single tiles with one vector, those of the calibration included. */
  readonly mvms: number;
  /** Of the inference alone. */
  readonly outputs: number;
  readonly saturatedOutputs: number;
  /** Of each tile. */
  readonly calibrations: readonly ProductCalibration[];
}

/** One is on the line or in the array, the other is being made or taken apart. */
const requestsUnderWay = 2;

export class LayerProducts {
  readonly #chip: MultiplyingChip;
  readonly #place: ChipLayer;
  readonly #options: ProductOptions;
  readonly #tiles: readonly CalibratedTile[];
  #patches: { readonly dims: string; readonly value: Patches } | undefined;
  #vectors = 0;
  #outputs = 0;
  #saturatedOutputs = 0;

  private constructor(
    chip: MultiplyingChip,
    place: ChipLayer,
    options: ProductOptions,
    tiles: readonly CalibratedTile[],
  ) {
    this.#chip = chip;
    this.#place = place;
    this.#options = options;
    this.#tiles = tiles;
  }

  /** Calibrates the tiles, one after the other. @throws LabError LIMIT when they are no unit cells of the chip, and the errors of the chip. */
  static async open(
    chip: MultiplyingChip,
    place: ChipLayer,
    options: ProductOptions,
  ): Promise<LayerProducts> {
    const tiles: CalibratedTile[] = [];
    for (const tile of arrayTiles(place.layer, place.tiles, chip.descriptor)) {
      assertGoesOn(options);
      const net = netSiemens(tile, place.weights, place.siemensPerWeight);
      const { phases, calibrationVectors: vectors, random } = options;
      const calibration = await calibrateProducts(chip, tile.cells, net, { phases, vectors, random });
      tiles.push({ ...tile, calibration, scale: { ...calibration, ...valuesPerCode(chip, place, tile) } });
    }
    return new LayerProducts(chip, place, options, tiles);
  }

  /** @throws LabError BAD_NETWORK when the input does not fit, INTERRUPTED, and the errors of the chip. */
  async multiply(node: OnnxNode, { values, dims }: Output): Promise<Output> {
    const { layer, inputRange } = this.#place;
    const largest = largestInputCode(mvmAbility(this.#chip.descriptor));
    const patches = this.#patchesOf(node, dims);
    const codes = inputCodes(values, patches, inputRange, largest);
    const biasCode = Math.min(largest, Math.round(largest / inputRange));
    const positions = patches.starts.length;
    const sums = new Float32Array(patches.examples * positions * layer.columns);
    const jobs = this.#tiles.flatMap((tile) => this.#requestsOf(tile, patches.examples * positions));
    await mapBounded(jobs, requestsUnderWay, async ({ tile, from, to }) => {
      assertGoesOn(this.#options);
      const inputs = tileInputs(codes, patches, tile, biasCode, from, to);
      const readout = await this.#chip.mvm({ cells: tile.cells, phases: this.#options.phases, inputs });
      addOutputs(sums, readout.outputs, tile.scale, tile, layer.columns, positions, from);
      this.#vectors += to - from;
      this.#outputs += readout.outputs.length;
      this.#saturatedOutputs += readout.saturatedOutputs;
    });
    return { values: sums, dims: patches.outputDims };
  }

  account(): LayerAccount {
    const calibrations = this.#tiles.map(({ calibration }) => calibration);
    return {
      layer: this.#place.layer.name,
      mvms: this.#vectors + calibrations.reduce((sum, { vectors }) => sum + vectors, 0),
      outputs: this.#outputs,
      saturatedOutputs: this.#saturatedOutputs,
      calibrations,
    };
  }

  #patchesOf(node: OnnxNode, dims: readonly number[]): Patches {
    const key = dims.join();
    if (this.#patches?.dims !== key)
      this.#patches = { dims: key, value: patchesOf(this.#place.layer, node, dims) };
    return this.#patches.value;
  }

  #requestsOf(tile: CalibratedTile, vectors: number) {
    const most = maxVectorsFor(this.#chip.descriptor, tile.cells);
    return Array.from({ length: Math.ceil(vectors / most) }, (_, n) => ({
      tile,
      from: n * most,
      to: Math.min(vectors, (n + 1) * most),
    }));
  }
}

interface CalibratedTile extends ArrayTile {
  readonly calibration: ProductCalibration;
  readonly scale: OutputScale;
}

/** A code is the sum of input / largest code x conductance; the conductance beta stands for a weight of 1. */
function valuesPerCode(
  { descriptor }: MultiplyingChip,
  { siemensPerWeight, inputRange }: ChipLayer,
  { cells, firstColumn }: ArrayTile,
): Pick<OutputScale, "valuePerCode"> {
  const siemens = inputRange * siemensPerOutputCode(mvmAbility(descriptor));
  const own = siemensPerWeight.slice(firstColumn, firstColumn + cells.columns);
  return { valuePerCode: own.map((beta) => siemens / beta) };
}

/** @throws LabError INTERRUPTED. */
function assertGoesOn({ stop }: ProductOptions): void {
  if (stop?.aborted !== true) return;
  throw new LabError("INTERRUPTED", "the products on the chip were stopped by the user", {
    next: "the results so far are stored; run it again for the rest",
  });
}
