/** Accuracy of a network with the conductances that were read of its devices. */

import { ofPart } from "../../../calibration/program-verify/device-order.ts";
import { type Compensation, CompensationLadder, type LayerWeights } from "../../inference/compensation.ts";
import { evaluate } from "../../inference/executor.ts";
import { digitalParameters } from "../../inference/graph.ts";
import { weightsFromTiles } from "../../network/effective-weights.ts";
import type { Network } from "../../network/layer.ts";
import type { LayerMapping } from "../../network/mapping.ts";
import type { Tile } from "../../network/placement.ts";
import type { ComparedAccuracy } from "../../report/statistics/programming-comparison.ts";
import type { ImageInputs } from "../actions/image-inputs.ts";
import { accuracyOf } from "../actions/infer-all.ts";
import type { ContestBlock } from "./contest.ts";

export interface NetworkContest {
  readonly name: string;
  readonly network: Network;
  readonly methods: readonly Compensation[];
  readonly inputs: ImageInputs;
}

export async function digitalAccuracy({ network, inputs }: NetworkContest) {
  return accuracyOf(await evaluate(network, digitalParameters(network), inputs.test, inputs.options));
}

/** At the ages that all blocks were read at. @param mappings one a layer of the network. */
export async function accuraciesOf(
  { network, methods, inputs }: NetworkContest,
  blocks: readonly ContestBlock[],
  mappings: readonly LayerMapping[],
  agesSeconds: readonly number[],
): Promise<ComparedAccuracy[]> {
  const reference = weightsOf(network, blocks, mappings, (block) => block.reference);
  const ladder = new CompensationLadder(network, inputs.calibration);
  const accuracies: ComparedAccuracy[] = [];
  for (const ageSeconds of agesSeconds) {
    const now = weightsOf(network, blocks, mappings, ({ readings }) => readings.get(ageSeconds)?.siemens);
    if (reference === undefined || now === undefined) continue;
    for (const compensation of methods) {
      const { parameters } = await ladder.compensate(compensation, reference, now);
      const evaluation = await evaluate(network, parameters, inputs.test, inputs.options);
      accuracies.push({ ageSeconds, compensation: compensation.name, ...accuracyOf(evaluation) });
    }
  }
  return accuracies;
}

/** Undefined when a block was not read. */
function weightsOf(
  network: Network,
  blocks: readonly ContestBlock[],
  mappings: readonly LayerMapping[],
  readingOf: (block: ContestBlock) => Float32Array | undefined,
): LayerWeights | undefined {
  const siemens = new Map<Tile, Float32Array>();
  for (const block of blocks) {
    const reading = readingOf(block);
    if (reading === undefined) return undefined;
    for (const [part, tile] of block.placed.tiles.entries())
      siemens.set(tile, ofPart(reading, block.block, part));
  }
  // The pattern of levels is layer 0 of what was placed.
  return network.layers.map((layer, index) => {
    const tiles = [...siemens.keys()].filter((tile) => tile.layer === index + 1);
    const read = tiles.map((tile) => siemens.get(tile) ?? new Float32Array());
    return weightsFromTiles(layer, tiles, read, mappings[index]?.siemensPerWeight ?? new Float64Array());
  });
}
