/**
 * Converters of a modelled array in the operators around them. An ADC rounds the sums of a convolution to integers; where that is one on
 * blocks, the rounding costs nothing there: in float32 a sum to which 1.5 x 2^23 is added is an integer (halves go to the even one, as in
 * QuantizeLinear), convolutions add their bias last and clip what they give (`rounding-probe.ts` sees whether they do here). One subtraction is left of three operators. A
 * DAC behind a ReLU sees nothing below 0, and int8 ends at its largest code. Pure.
 */

import { type OnnxModel, type OnnxNode, type OnnxTensor, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor } from "../../network/onnx/tensor.ts";
import { blockedDomain } from "./blocked-layout.ts";
import { GraphIndex } from "./graph-index.ts";

/** Between 2^23 and 2^24, where neighbouring float32 numbers are 1 apart. */
export const integers = 1.5 * 2 ** 23;
const integersName = "pcmlab::integers";

interface Converter {
  readonly quantise: OnnxNode;
  readonly clip: OnnxNode;
  readonly dequantise: OnnxNode;
  readonly least: number;
  readonly most: number;
}

/** @param optimised a graph of ONNX Runtime's optimiser in which sums are in their convolutions already. */
export function withFusedConverters(optimised: OnnxModel): OnnxModel {
  const { graph } = optimised;
  const index = new GraphIndex(optimised);
  const replaced = new Map<OnnxNode, OnnxNode>();
  const gone = new Set<OnnxNode>();
  const own: OnnxTensor[] = [];
  for (const node of graph.nodes) {
    const converter = converterOf(index, node);
    if (converter === undefined) continue;
    const { quantise, clip, dequantise } = converter;
    const convolution = roundingOf(index, converter);
    if (convolution !== undefined) {
      const [from = ""] = quantise.inputs;
      const bias = floatTensor(`${from}::to_integers`, [convolution.columns], convolution.bias);
      own.push(bias);
      replaced.set(convolution.node, rounding(convolution.node, bias.name, converter));
      replaced.set(dequantise, onnxNode("Sub", [from, integersName], dequantise.outputs));
      gone.add(quantise).add(clip);
    } else if (needsNoClip(index, converter)) {
      replaced.set(quantise, { ...quantise, outputs: clip.outputs });
      gone.add(clip);
    }
  }
  if (own.length > 0) own.push(floatTensor(integersName, [], [integers]));
  return {
    ...optimised,
    graph: {
      ...graph,
      nodes: graph.nodes.filter((node) => !gone.has(node)).map((node) => replaced.get(node) ?? node),
      initializers: [...graph.initializers, ...own],
    },
  };
}

function converterOf(index: GraphIndex, dequantise: OnnxNode): Converter | undefined {
  const clip = dequantise.opType === "DequantizeLinear" ? soleProducer(index, dequantise) : undefined;
  const quantise = clip?.opType === "Clip" ? soleProducer(index, clip) : undefined;
  if (clip === undefined || quantise?.opType !== "QuantizeLinear") return undefined;
  const [least, most] = [int8Of(index.tensor(clip.inputs[1])), int8Of(index.tensor(clip.inputs[2]))];
  if (least === undefined || most === undefined || int8Of(index.tensor(quantise.inputs[2])) !== 0)
    return undefined;
  return { quantise, clip, dequantise, least, most };
}

/** What gives the first input of a node to it alone. */
function soleProducer(index: GraphIndex, { inputs: [name] }: OnnxNode): OnnxNode | undefined {
  return index.uses(name) === 1 ? index.producer(name) : undefined;
}

/** The convolution that can round its sums itself: codes are numbers as they are, and nothing else is added behind the sum. */
function roundingOf(index: GraphIndex, { quantise, dequantise }: Converter) {
  const node = soleProducer(index, quantise);
  const columns = index.tensor(node?.inputs[1])?.dims[0];
  if (node === undefined || columns === undefined || !isBareConvolution(node)) return undefined;
  const [, meaning, zero = ""] = dequantise.inputs;
  const isCode = isOne(index.tensor(meaning)) && (zero === "" || int8Of(index.tensor(zero)) === 0);
  if (!isCode || !isOne(index.tensor(quantise.inputs[1]))) return undefined;
  return { node, columns, bias: new Float32Array(columns).fill(integers) };
}

const isBareConvolution = ({ domain, opType, inputs, attributes }: OnnxNode): boolean =>
  domain === blockedDomain &&
  opType === "Conv" &&
  (inputs[2] ?? "") === "" &&
  !attributes.some(({ name }) => name === "activation");

const rounding = (convolution: OnnxNode, bias: string, { least, most }: Converter): OnnxNode => ({
  ...convolution,
  inputs: [...convolution.inputs.slice(0, 2), bias, ...convolution.inputs.slice(3)],
  attributes: [
    ...convolution.attributes,
    { name: "activation", type: "string", value: "Clip" },
    { name: "activation_params", type: "floats", value: [integers + least, integers + most] },
  ],
});

const needsNoClip = (index: GraphIndex, { quantise, least, most }: Converter): boolean =>
  least <= 0 && most === 127 && isRectified(index.producer(quantise.inputs[0]));

const isRectified = (node: OnnxNode | undefined): boolean =>
  node?.opType === "Relu" ||
  (node?.opType === "Conv" &&
    node.attributes.some(
      (attribute) =>
        attribute.name === "activation" && attribute.type === "string" && attribute.value === "Relu",
    ));

/** The value of a tensor of one int8. */
const int8Of = (tensor: OnnxTensor | undefined): number | undefined =>
  tensor?.type === "int8" && tensor.data.length === 1 ? Int8Array.from(tensor.data)[0] : undefined;

const isOne = (tensor: OnnxTensor | undefined): boolean =>
  tensor?.type === "float32" &&
  tensor.data.length === 4 &&
  new DataView(tensor.data.buffer, tensor.data.byteOffset).getFloat32(0, true) === 1;
