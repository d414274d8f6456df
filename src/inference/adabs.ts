/** AdaBS on a network: its batch normalisations get statistics of calibration images run through the weights of the chip. */

import { adabsMomentum, adaptStatistics, unbiasedVariance } from "../../calibration/compensation/adabs.ts";
import type { BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import type { OnnxModel } from "../network/onnx/model.ts";
import { statisticsOutputs, withBatchStatistics } from "./batch-statistics.ts";
import {
  batchCount,
  type CalibrationOptions,
  imagesOfBatch,
  outputValues,
  runCalibration,
} from "./calibration-batches.ts";
import { type Parameters, withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { fusedStatistics } from "./optimised/fused-statistics.ts";
import type { Outputs } from "./session.ts";

/**
 * New statistics for every batch norm, starting from the stored ones; the weights are the effective ones, after GDC.
 * One pass over a batch serves all layers, each normalising with its own batch as PyTorch does in training mode.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export async function adaptBatchNorm(
  network: Network,
  before: Omit<Parameters, "batchNorms">,
  images: ImageSet,
  options: CalibrationOptions,
): Promise<BatchNormStatistics[]> {
  if (network.batchNorms.length === 0) return [];
  const parameters = { ...before, batchNorms: network.batchNorms };
  const { model, optimised } = await statisticsModel(network, parameters, options);
  const p = adabsMomentum(batchCount(options));
  let running: BatchNormStatistics[] = network.batchNorms.map(({ mean, variance }) => ({ mean, variance }));
  await runCalibration(network, model, images, { ...options, optimised }, (outputs) => {
    running = network.batchNorms.map((norm, k) => adapted(running[k]!, norm, outputs, p));
  });
  return running;
}

/** With batch statistics as outputs: in the optimised graph where that can be had, else beside it. */
async function statisticsModel(
  network: Network,
  parameters: Parameters,
  options: CalibrationOptions,
): Promise<{ model: OnnxModel; optimised: boolean }> {
  const plain = withParameters(network, parameters);
  const fused = parameters.products === undefined ? fusedStatistics(network, plain) : undefined;
  const { optimisedModel } = await import("./session.ts");
  const graph = fused && (await optimisedModel(fused.model, options));
  const model = graph && fused?.withStatistics(graph, imagesOfBatch(options));
  return model === undefined
    ? { model: withBatchStatistics(network, plain), optimised: false }
    : { model, optimised: true };
}

function adapted(
  running: BatchNormStatistics,
  norm: BatchNorm,
  outputs: Outputs,
  p: number,
): BatchNormStatistics {
  const names = statisticsOutputs(norm);
  const count = outputValues(outputs, names.count)[0] ?? 0;
  const variance = unbiasedVariance(outputValues(outputs, names.variance), count);
  return adaptStatistics(running, outputValues(outputs, names.mean), variance, p);
}
