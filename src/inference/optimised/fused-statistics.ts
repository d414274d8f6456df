/**
 * The graph in training mode as ONNX Runtime runs it fastest. Plain inference keeps values in a blocked layout of the machine and computes
 * convolution, batch normalisation, sum and ReLU as one node; both end where statistics are not constant, and most of what
 * `batch-statistics.ts` takes is that, not the statistics.
 *
 * So the graph is optimised with stand-ins: a depthwise convolution of one factor and one shift a channel for each batch normalisation,
 * which ONNX Runtime keeps in the blocked layout and joins with the sum and the ReLU behind it. In the optimised graph their
 * constants give way to what the batch says. Moments about the mean that the network knows of are computed on blocks as well: a pool, and for
 * the squares a depthwise convolution of the values with themselves, each image and channel being a group with a kernel as large as
 * the image, which reads them once where squares and their pool read and write them four times.
 *
 * The variance is E[x^2] - E[x]^2 about the mean that the network knows of: in float32 it is good to about 1e-6 (1 + d^2) of itself where the
 * batch's mean is d of its standard deviations away from there. Measured on ResNet-32: docs/decisions/0023. Pure.
 */

import { floatOf } from "../../network/attributes.ts";
import type { Network } from "../../network/layer.ts";
import {
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../network/onnx/model.ts";
import { floatTensor, integerTensor, tensorValues } from "../../network/onnx/tensor.ts";
import { outputInfos, statisticsOutputs } from "../batch-statistics.ts";
import { imageMeanTensors, meanOfImages } from "../moments.ts";
import { blockedDomain } from "./blocked-layout.ts";
import { isStandIn, type StandIn, withStandIns } from "./stand-ins.ts";

/** A graph to be optimised, and what becomes of it. */
export interface FusedStatistics {
  readonly model: OnnxModel;
  /**
   * The optimised graph with batch statistics as outputs; undefined when a stand-in is not found in it as it was.
   * @param batchSize images of every batch that will be run.
   */
  withStatistics(optimised: OnnxModel, batchSize: number): OnnxModel | undefined;
}

/** Undefined when a batch normalisation does not follow a convolution of images. @param model is the network's, with any weights. */
export function fusedStatistics(network: Network, model: OnnxModel): FusedStatistics | undefined {
  const placed = withStandIns(network, model);
  return (
    placed && {
      model: placed.model,
      withStatistics: (optimised, batchSize) => withStatistics(optimised, placed.all, batchSize),
    }
  );
}

function withStatistics(
  optimised: OnnxModel,
  all: readonly StandIn[],
  batchSize: number,
): OnnxModel | undefined {
  const { graph } = optimised;
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const own = [...imageMeanTensors(optimised), ...batchTensors(batchSize)];
  let found = 0;
  const nodes = graph.nodes.flatMap((node) => {
    const [factor, shift] = [tensors.get(node.inputs[1] ?? ""), tensors.get(node.inputs[2] ?? "")];
    if (factor === undefined || shift === undefined) return [node];
    const one = all.find((standIn) => isStandIn(standIn, factor, shift));
    if (one === undefined) return [node];
    found++;
    own.push(...ownTensors(one, factor.dims));
    return normalised(optimised, node, one, batchSize * (factor.dims[0] ?? 0));
  });
  if (found !== all.length) return undefined;
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = [...graph.initializers, ...own].filter(({ name }) => used.has(name));
  const outputs = [...graph.outputs, ...all.flatMap(({ norm }) => outputInfos(norm))];
  return { ...optimised, graph: { ...graph, nodes, initializers, outputs } };
}

const groupsShape = "pcmlab::fused_groups";
const kernelsShape = "pcmlab::fused_kernels";
const imagesShape = "pcmlab::fused_images";
const imageCount = "pcmlab::fused_image_count";

const batchTensors = (batchSize: number): OnnxTensor[] => [
  integerTensor(groupsShape, [4], [1, -1, 0, 0]),
  integerTensor(kernelsShape, [4], [-1, 1, 0, 0]),
  integerTensor(imagesShape, [4], [batchSize, -1, 1, 1]),
  integerTensor(imageCount, [], [batchSize]),
];

const ownNames = ({ norm }: StandIn) => {
  const own = (part: string): string => `${norm.node}::fused::${part}`;
  return {
    own,
    gamma: own("gamma"),
    beta: own("beta"),
    epsilon: own("epsilon"),
    factorDims: own("factor_dims"),
    center: own("center"),
    channels: own("channels"),
    width: own("width"),
  };
};

/** Channels that pad a block have a factor and a shift of 0, as the optimiser gave them. */
function ownTensors(one: StandIn, factorDims: readonly number[]): OnnxTensor[] {
  const { channels } = one.norm;
  const names = ownNames(one);
  const padded = (name: string, values: Float32Array): OnnxTensor => {
    const whole = new Float32Array(factorDims[0] ?? channels);
    whole.set(values);
    return floatTensor(name, [whole.length], whole);
  };
  return [
    padded(names.gamma, tensorValues(one.gamma)),
    padded(names.beta, tensorValues(one.beta)),
    floatTensor(names.epsilon, [], [floatOf(one.node, "epsilon", 1e-5)]),
    integerTensor(names.factorDims, [4], factorDims),
    integerTensor(names.width, [], factorDims.slice(0, 1)),
    floatTensor(names.center, [channels], one.center ?? new Float32Array(channels)),
    integerTensor(
      names.channels,
      [channels],
      Array.from({ length: channels }, (_, channel) => channel),
    ),
  ];
}

/** The stand-in with the factor and the shift that the moments of its batch make. */
function normalised(model: OnnxModel, node: OnnxNode, one: StandIn, groups: number): OnnxNode[] {
  const { own, ...names } = ownNames(one);
  const { mean, variance, count } = statisticsOutputs(one.norm);
  const [input = ""] = node.inputs;
  return [
    ...meanAbout(model, node, own),
    onnxNode("Size", [input], [own("size")]),
    onnxNode("Div", [own("size"), names.width], [count]),
    ...(node.domain === blockedDomain
      ? powerOfBlocks(model, input, count, groups, own)
      : powerOfPlain(model, input, own)),
    onnxNode("Mul", [own("mean"), own("mean")], [own("mean_power")]),
    onnxNode("Sub", [own("power"), own("mean_power")], [own("spread")]),
    onnxNode("Relu", [own("spread")], [own("variance")]),
    onnxNode("Gather", [own("mean"), names.channels], [own("centred_mean")]),
    onnxNode("Add", [own("centred_mean"), names.center], [mean]),
    onnxNode("Gather", [own("variance"), names.channels], [variance]),
    onnxNode("Add", [own("variance"), names.epsilon], [own("regular")]),
    onnxNode("Sqrt", [own("regular")], [own("deviation")]),
    onnxNode("Div", [names.gamma, own("deviation")], [own("factor")]),
    onnxNode("Mul", [own("mean"), own("factor")], [own("offset")]),
    onnxNode("Sub", [names.beta, own("offset")], [own("shift")]),
    onnxNode("Reshape", [own("factor"), names.factorDims], [own("factors")]),
    { ...node, inputs: [input, own("factors"), own("shift"), ...node.inputs.slice(3)] },
  ];
}

type OwnName = (part: string) => string;

/** Mean about the centre of each channel, as a vector. */
const meanAbout = (model: OnnxModel, { inputs: [input = ""], domain }: OnnxNode, own: OwnName): OnnxNode[] =>
  pooled(model, domain === blockedDomain ? blockedDomain : "", input, own, "mean");

/** Mean square of each channel. */
const powerOfPlain = (model: OnnxModel, input: string, own: OwnName): OnnxNode[] => [
  onnxNode("Mul", [input, input], [own("squares")]),
  ...pooled(model, "", own("squares"), own, "power"),
];

/** Pools of images, then the mean over them. */
const pooled = (
  model: OnnxModel,
  domain: string,
  from: string,
  own: OwnName,
  to: "mean" | "power",
): OnnxNode[] => [
  { ...onnxNode("GlobalAveragePool", [from], [own(`${to}_pool`)]), domain },
  meanOfImages(model, own(`${to}_pool`), own(to)),
];

/** In blocks the images of a batch are the channels of one image, and its values the weights of a kernel, without a copy. */
const powerOfBlocks = (
  model: OnnxModel,
  input: string,
  count: string,
  groups: number,
  own: OwnName,
): OnnxNode[] => [
  onnxNode("Reshape", [input, groupsShape], [own("groups")]),
  onnxNode("Reshape", [input, kernelsShape], [own("kernels")]),
  {
    ...onnxNode("Conv", [own("groups"), own("kernels")], [own("energies")], {
      attributes: [intAttribute("group", groups)],
    }),
    domain: blockedDomain,
  },
  onnxNode("Reshape", [own("energies"), imagesShape], [own("image_energies")]),
  meanOfImages(model, own("image_energies"), own("energy")),
  onnxNode("Div", [count, imageCount], [own("positions")]),
  onnxNode("Cast", [own("positions")], [own("places")], { attributes: [intAttribute("to", 1)] }),
  onnxNode("Div", [own("energy"), own("places")], [own("power")]),
];
