/** Images through the whole network. */

import type { Batch, Pass } from "./batch.ts";
import { type BatchNorm, type ChannelStatistics, normaliseBatch, normaliseStored } from "./batch-norm.ts";
import { convolve } from "./convolution.ts";
import { project } from "./linear.ts";
import type { Block, ConvNorm, Network } from "./network.ts";
import type { WeightsOf } from "./parameter.ts";
import { averageChannels, rectify, sum } from "./pointwise.ts";

export type Observe = (norm: BatchNorm, seen: ChannelStatistics) => void;

/** Logits (count x classes x 1 x 1) with the stored batch-norm statistics. */
export function infer(network: Network, images: Batch, weightsOf: WeightsOf): Batch {
  const unit: UnitPass = (conv, input) => ({
    output: normaliseStored(conv.norm, convolve(conv.convolution, input, weightsOf).output),
    backward: () => {
      throw new TypeError("an inference pass has no gradient");
    },
  });
  return run(network, images, unit, weightsOf).output;
}

/** The same with the statistics of the batch, each of which is passed to `observe`; differentiable. */
export function train(network: Network, images: Batch, weightsOf: WeightsOf, observe: Observe): Pass {
  const unit: UnitPass = (conv, input) => {
    const convolved = convolve(conv.convolution, input, weightsOf);
    const normalised = normaliseBatch(conv.norm, convolved.output, observe);
    return {
      output: normalised.output,
      backward: (gradient) => convolved.backward(normalised.backward(gradient)),
    };
  };
  return run(network, images, unit, weightsOf);
}

type UnitPass = (unit: ConvNorm, input: Batch) => Pass;

function run(network: Network, images: Batch, unit: UnitPass, weightsOf: WeightsOf): Pass {
  const passes: Pass[] = [];
  let features = images;
  for (const block of network.blocks) {
    const pass = runBlock(block, features, unit);
    passes.push(pass);
    features = pass.output;
  }
  const pooled = averageChannels(features);
  const logits = project(network.classifier, pooled.output, weightsOf);
  passes.push(pooled, logits);
  return {
    output: logits.output,
    backward: (gradient) => passes.reduceRight((slope, pass) => pass.backward(slope), gradient),
  };
}

function runBlock(block: Block, input: Batch, unit: UnitPass): Pass {
  if (block.kind === "plain") return rectified(unit(block.unit, input));
  const first = rectified(unit(block.first, input));
  const second = unit(block.second, first.output);
  return rectified({
    output: sum(input, second.output),
    backward: (gradient) => sum(gradient, first.backward(second.backward(gradient))),
  });
}

function rectified(pass: Pass): Pass {
  const { output, backward } = rectify(pass.output);
  return { output, backward: (gradient) => pass.backward(backward(gradient)) };
}
