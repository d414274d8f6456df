/** A chip whose products are computed from the weights that a placement puts into its unit cells: for tests of the on-chip engine. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { largestOutputCode, type MvmRequest, mvmAbility } from "../../src/chip/mvm.ts";
import type { ChipLayer } from "../../src/inference/on-chip/layer-products.ts";
import type { MultiplyingChip } from "../../src/inference/on-chip/tiles.ts";
import type { AnalogLayer, Network } from "../../src/network/layer.ts";
import { weightRowOf } from "../../src/network/mapping.ts";
import { placeNetwork, type Tile } from "../../src/network/placement.ts";
import { coreOf } from "../network/networks.ts";

/** One output code for a weight of 1 at an input code of 1: whole weights at whole inputs have whole codes. */
export const siemensPerWeight = 127e-9;
const outputBits = 14;

export function exactDescriptor(rows: number, columns: number, maxVectors = 64): Descriptor {
  const core = coreOf(rows, columns);
  const mvm = mvmAbility(core);
  const fullScaleSiemens = ((2 ** (outputBits - 1) - 1) * siemensPerWeight) / 127;
  return { ...core, mvm: { ...mvm, outputBits, maxVectors, fullScaleSiemens } };
}

export interface ColumnConverter {
  readonly gain: number;
  readonly offset: number;
}

/** @param converter of a column of the chip; exact when missing. @returns the chip, and the requests that it saw. */
export function exactCore(
  descriptor: Descriptor,
  layers: readonly AnalogLayer[],
  tiles: readonly Tile[],
  converter: (column: number) => ColumnConverter = () => ({ gain: 1, offset: 0 }),
): { chip: MultiplyingChip; requests: MvmRequest[] } {
  const { columns = 0, rows = 0 } = descriptor.arrays[0] ?? {};
  const held = new Float64Array(rows * columns);
  for (const tile of tiles) {
    const layer = layers[tile.layer];
    if (layer === undefined) throw new RangeError(`there is no layer ${tile.layer}`);
    for (let n = 0; n < tile.rows * tile.columns; n++) {
      const [line, c] = [Math.floor(n / tile.columns), n % tile.columns];
      const weight = layer.weights[weightRowOf(tile, line) * layer.columns + tile.firstColumn + c]!;
      held[(tile.region.row + line) * columns + tile.region.column + c] = weight;
    }
  }
  const requests: MvmRequest[] = [];
  const largest = largestOutputCode(mvmAbility(descriptor));
  const chip = {
    descriptor,
    async mvm(request: MvmRequest) {
      requests.push(request);
      const { cells, inputs } = request;
      const outputs = new Int16Array((inputs.length / cells.rows) * cells.columns);
      let saturatedOutputs = 0;
      for (let n = 0; n < outputs.length; n++) {
        const [vector, column] = [Math.floor(n / cells.columns), cells.column + (n % cells.columns)];
        const { gain, offset } = converter(column);
        let sum = 0;
        for (let line = 0; line < cells.rows; line++)
          sum += inputs[vector * cells.rows + line]! * held[(cells.row + line) * columns + column]!;
        const code = Math.round(gain * sum + offset);
        if (Math.abs(code) >= largest) saturatedOutputs++;
        outputs[n] = Math.max(-largest, Math.min(largest, code));
      }
      const when = { firstSampleSeconds: 0, lastSampleSeconds: 0, temperatureKelvin: 300 };
      return { ...request, ...when, outputs, saturatedOutputs };
    },
  };
  return { chip, requests };
}

/** All layers of a network in unit cells, with inputs up to `inputRange`. */
export function chipLayers(network: Network, tiles: readonly Tile[], inputRange: number): ChipLayer[] {
  return network.layers.map((layer, index) => ({
    layer,
    tiles: tiles.filter((tile) => tile.layer === index),
    weights: layer.weights,
    siemensPerWeight: new Float64Array(layer.columns).fill(siemensPerWeight),
    inputRange,
  }));
}

export const placed = (network: Network, descriptor: Descriptor): readonly Tile[] =>
  placeNetwork(network.layers, descriptor, { devicesPerWeight: 4, layout: "unit-cells" }).tiles;
