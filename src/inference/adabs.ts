/** AdaBS on a network: its batch normalisations get statistics of calibration images run through the weights of the chip. */

import { adabsMomentum, adaptStatistics, unbiasedVariance } from "../../calibration/compensation/adabs.ts";
import type { BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import { statisticsOutputs, withBatchStatistics } from "./batch-statistics.ts";
import { batchCount, type CalibrationOptions, outputValues, runCalibration } from "./calibration-batches.ts";
import { type Parameters, withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
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
  const model = withBatchStatistics(network, withParameters(network, parameters));
  const p = adabsMomentum(batchCount(options));
  let running: BatchNormStatistics[] = network.batchNorms.map(({ mean, variance }) => ({ mean, variance }));
  await runCalibration(network, model, images, options, (outputs) => {
    running = network.batchNorms.map((norm, k) => adapted(running[k]!, norm, outputs, p));
  });
  return running;
}

function adapted(
  running: BatchNormStatistics,
  norm: BatchNorm,
  outputs: Outputs,
  p: number,
): BatchNormStatistics {
  const names = statisticsOutputs(norm);
  const count = (outputValues(outputs, names.size)[0] ?? 0) / norm.channels;
  const variance = unbiasedVariance(outputValues(outputs, names.variance), count);
  return adaptStatistics(running, outputValues(outputs, names.mean), variance, p);
}
