/** Runs digital network and chip side by side over images, and gathers what their layers give. */

import type { Network } from "../../network/layer.ts";
import { batchesOf, exampleShape, inputBatch } from "../batches.ts";
import { outputValues } from "../calibration-batches.ts";
import type { EvaluateOptions } from "../executor.ts";
import { digitalParameters, type Parameters, withParameters } from "../graph.ts";
import type { ImageSet } from "../image-set.ts";
import { byteTable } from "../normalisation.ts";
import type { Outputs } from "../session.ts";
import { batchMoments, type ColumnMoments, joinedMoments, noMoments } from "./column-moments.ts";
import {
  type ComparisonMode,
  comparedModel,
  comparedOutputs,
  comparisonModes,
  type MomentOutputs,
} from "./compared-model.ts";
import type { ComparedMoments } from "./layer-errors.ts";

/** Every layer keeps several tensors of the size of its outputs: at 200 images, ResNet-32 takes 1.8 GB, at 50 of them a third. */
const mostImages = 50;

/** Of one layer, in both modes. */
export type ComparedLayer = Readonly<Record<ComparisonMode, ComparedMoments>>;

/**
 * Of every layer, in their order; three forward passes of work. Memory is that of one batch, however many images there are.
 * @throws LabError BAD_DATA when images and network do not belong together, BAD_NETWORK when ONNX Runtime refuses the model.
 */
export async function compareLayers(
  network: Network,
  chip: Parameters,
  images: ImageSet,
  options: EvaluateOptions,
): Promise<ComparedLayer[]> {
  const batchSize = Math.min(mostImages, options.batchSize ?? mostImages);
  const shape = exampleShape(network, images);
  const table = byteTable(options.normalisation, images.channels);
  const digital = withParameters(network, digitalParameters(network));
  const model = comparedModel(network, digital, withParameters(network, chip));
  const { openSession } = await import("../session.ts");
  const session = await openSession(network, model, options);
  let sums = network.layers.map(({ columns }) => emptyLayer(columns));
  try {
    for (const indices of batchesOf(images.count, batchSize)) {
      const outputs = await session.run(inputBatch(images, indices, table), indices.length, shape);
      sums = sums.map((sum, layer) => joinedLayer(sum, layerOf(network, layer, outputs)));
      options.onProgress?.((indices.at(-1) ?? 0) + 1, images.count);
    }
  } finally {
    await session.close();
  }
  return sums;
}

function emptyLayer(columns: number): ComparedLayer {
  const none = noMoments(columns);
  const mode = { digital: none, chip: none, error: none };
  return { own: mode, accumulated: mode };
}

function layerOf(network: Network, index: number, outputs: Outputs): ComparedLayer {
  const layer = network.layers[index]!;
  const names = comparedOutputs(layer);
  const count = (outputValues(outputs, names.size)[0] ?? 0) / layer.columns;
  const moments = ({ mean, variance }: MomentOutputs): ColumnMoments =>
    batchMoments(count, outputValues(outputs, mean), outputValues(outputs, variance));
  const digital = moments(names.digital);
  const inMode = (mode: ComparisonMode): ComparedMoments => ({
    digital,
    chip: moments(names.chip[mode]),
    error: moments(names.error[mode]),
  });
  return { own: inMode("own"), accumulated: inMode("accumulated") };
}

function joinedLayer(a: ComparedLayer, b: ComparedLayer): ComparedLayer {
  const [own, accumulated] = comparisonModes.map((mode) => joinedMode(a[mode], b[mode]));
  return { own: own!, accumulated: accumulated! };
}

const joinedMode = (a: ComparedMoments, b: ComparedMoments): ComparedMoments => ({
  digital: joinedMoments(a.digital, b.digital),
  chip: joinedMoments(a.chip, b.chip),
  error: joinedMoments(a.error, b.error),
});
