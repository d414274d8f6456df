/** The network as data: a small residual network with batch normalisation after every convolution. */

import type { Prng } from "../../../src/core/prng.ts";
import type { BatchNorm } from "./batch-norm.ts";
import type { Convolution } from "./convolution.ts";
import type { Linear } from "./linear.ts";
import { type Parameter, parameter } from "./parameter.ts";

/** Convolution, then batch normalisation. */
export interface ConvNorm {
  readonly name: string;
  readonly convolution: Convolution;
  readonly norm: BatchNorm;
}

/** relu(unit(x)), or relu(x + second(relu(first(x)))) as in He et al. 2016. */
export type Block =
  | { readonly kind: "plain"; readonly unit: ConvNorm }
  | { readonly kind: "residual"; readonly first: ConvNorm; readonly second: ConvNorm };

export interface Network {
  readonly blocks: readonly Block[];
  readonly classifier: Linear;
}

/**
 * For every entry of `widths` a 3 x 3 convolution to so many channels (stride 2 but for the first) and a residual block,
 * then global average pooling and one fully connected layer. Weights start normal with variance 2 / fan-in (He et al. 2015).
 */
export function createNetwork(widths: readonly number[], classes: number, prng: Prng): Network {
  const blocks = widths.flatMap((width, stage): Block[] => [
    {
      kind: "plain",
      unit: convNorm(`stage${stage}.entry`, widths[stage - 1] ?? 1, width, stage === 0 ? 1 : 2, prng),
    },
    {
      kind: "residual",
      first: convNorm(`stage${stage}.first`, width, width, 1, prng),
      second: convNorm(`stage${stage}.second`, width, width, 1, prng),
    },
  ]);
  const features = widths.at(-1) ?? 1;
  const weight = parameter("classifier.weight", [classes, features], heNormal(features, prng));
  return { blocks, classifier: { weight, bias: parameter("classifier.bias", [classes], () => 0) } };
}

export function unitsOf(network: Network): ConvNorm[] {
  return network.blocks.flatMap((block) =>
    block.kind === "plain" ? [block.unit] : [block.first, block.second],
  );
}

/** The weights that a chip would hold, and that are therefore noisy in training. */
export function analogWeights(network: Network): Parameter[] {
  return [...unitsOf(network).map((unit) => unit.convolution.weight), network.classifier.weight];
}

/** The parameters that stay digital: the scales and shifts of the batch norms and the last bias. */
export function digitalParameters(network: Network): Parameter[] {
  return [...unitsOf(network).flatMap(({ norm }) => [norm.gamma, norm.beta]), network.classifier.bias];
}

function convNorm(name: string, inputs: number, outputs: number, stride: number, prng: Prng): ConvNorm {
  const weight = parameter(`${name}.weight`, [outputs, inputs, 3, 3], heNormal(9 * inputs, prng));
  const norm: BatchNorm = {
    name: `${name}.norm`,
    gamma: parameter(`${name}.norm.gamma`, [outputs], () => 1),
    beta: parameter(`${name}.norm.beta`, [outputs], () => 0),
    mean: new Float64Array(outputs),
    variance: new Float64Array(outputs).fill(1),
  };
  return { name, convolution: { weight, stride }, norm };
}

const heNormal = (fanIn: number, prng: Prng) => () => Math.sqrt(2 / fanIn) * prng.normal();
