/**
 * Retuning of gamma and beta on a network: the layers' own outputs in the digital network are what its batch normalisations are fitted to,
 * by least squares over calibration images, so that no labels and no gradients are needed. Where AdaBS gives every channel the mean and
 * the spread that it had, the line takes back what noise has added to the spread. Published retuning (Bhattacharjee et al., GLSVLSI 2023;
 * FACTS.md 8.5) descends on the loss instead.
 */

import {
  type JointStatistics,
  pooledJointly,
  regressionSlope,
} from "../../calibration/compensation/regression.ts";
import { floatOf } from "../network/attributes.ts";
import type { BatchNorm, Network } from "../network/layer.ts";
import { besideDigital } from "./beside-digital.ts";
import { type CalibrationOptions, outputValues, runCalibration } from "./calibration-batches.ts";
import { type BatchNormParameters, type Parameters, withParameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { jointOutputs } from "./joint-moments.ts";
import type { Outputs } from "./session.ts";

/** ONNX, BatchNormalization. */
const usualEpsilon = 1e-5;

/**
 * Statistics, gamma and beta of every batch norm for the weights of the chip.
 * @throws LabError BAD_DATA when there are too few images or they do not belong to the network.
 */
export async function retuneBatchNorm(
  network: Network,
  before: Omit<Parameters, "batchNorms">,
  images: ImageSet,
  options: CalibrationOptions,
): Promise<BatchNormParameters[]> {
  if (network.batchNorms.length === 0) return [];
  const parameters = { ...before, batchNorms: network.batchNorms };
  const model = besideDigital(network, withParameters(network, parameters));
  const batches: JointStatistics[][] = network.batchNorms.map(() => []);
  await runCalibration(network, model, images, options, (outputs) => {
    for (const [k, norm] of network.batchNorms.entries()) batches[k]?.push(statisticsIn(outputs, norm));
  });
  return network.batchNorms.map((norm, k) => retuned(network, norm, pooledJointly(batches[k] ?? [])));
}

function statisticsIn(outputs: Outputs, norm: BatchNorm): JointStatistics {
  const names = jointOutputs(norm);
  return {
    mean: outputValues(outputs, names.mean),
    variance: outputValues(outputs, names.variance),
    wantedMean: outputValues(outputs, names.wantedMean),
    covariance: outputValues(outputs, names.covariance),
  };
}

/** The line, as a batch norm with the channel's own statistics has it: its beta is then the wanted mean. */
function retuned(network: Network, norm: BatchNorm, joint: JointStatistics): BatchNormParameters {
  const node = network.model.graph.nodes[norm.node];
  const epsilon = node === undefined ? usualEpsilon : floatOf(node, "epsilon", usualEpsilon);
  const { mean, variance, wantedMean } = joint;
  const gamma = regressionSlope(joint).map(
    (value, channel) => value * Math.sqrt(variance[channel]! + epsilon),
  );
  return { mean, variance, gamma, beta: wantedMean };
}
