import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { decodeModel, encodeModel } from "../../src/network/onnx/codec.ts";
import type { OnnxAttribute, OnnxModel } from "../../src/network/onnx/model.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor, integerTensor, tensorIntegers, tensorValues } from "../../src/network/onnx/tensor.ts";
import { tensorFromWire } from "../../src/network/onnx/tensor-wire.ts";
import { modelMessage, wireTensor } from "../../src/network/onnx/wire.ts";
import { classifier, convNet } from "./networks.ts";

const withAttributes = (attributes: readonly OnnxAttribute[]): OnnxModel =>
  classifier({
    nodes: [onnxNode("Relu", ["image"], ["scores"], { attributes })],
    initializers: [],
    input: [1, 2],
    classes: 2,
  });

/** Encodes a model with fields that our encoder never writes. */
function encodedWith(change: (wire: Record<string, unknown>) => void): Uint8Array {
  const wire = modelMessage.toObject(modelMessage.decode(encodeModel(convNet())), { longs: Number });
  change(wire);
  return modelMessage.encode(modelMessage.fromObject(wire)).finish();
}

function failure(work: () => unknown): LabError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

describe("the ONNX codec", () => {
  it("reads back what it wrote", () => {
    const model = convNet();
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it("reads back every kind of attribute, zero and empty values included", () => {
    const model = withAttributes([
      { name: "a", type: "float", value: 0 },
      { name: "b", type: "int", value: -3 },
      { name: "c", type: "string", value: "ä" },
      { name: "d", type: "tensor", value: integerTensor("t", [2], [-1, 2 ** 40]) },
      { name: "e", type: "floats", value: [0.5, -0.25] },
      { name: "f", type: "ints", value: [] },
      { name: "g", type: "strings", value: ["", "x"] },
    ]);
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it("reads back tensors of any shape and value", () => {
    const tensors = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((dims) =>
      fc
        .array(fc.float({ noNaN: true }), {
          minLength: dims.reduce((a, b) => a * b, 1),
          maxLength: dims.reduce((a, b) => a * b, 1),
        })
        .map((values) => floatTensor("t", dims, values)),
    );
    fc.assert(
      fc.property(tensors, (tensor) => {
        const model = { ...convNet(), graph: { ...convNet().graph, initializers: [tensor] } };
        expect(decodeModel(encodeModel(model)).graph.initializers).toEqual([tensor]);
      }),
      { numRuns: 50 },
    );
  });

  it("answers every truncated file and every flipped bit with a model or a LabError, never with anything else", () => {
    const bytes = encodeModel(withAttributes([{ name: "axis", type: "int", value: 1 }]));
    const outcome = (damaged: Uint8Array): string => {
      try {
        decodeModel(damaged);
        return "model";
      } catch (thrown) {
        return thrown instanceof LabError ? thrown.code : `${thrown}`;
      }
    };
    const outcomes = new Set<string>();
    for (let length = 0; length < bytes.length; length++) outcomes.add(outcome(bytes.subarray(0, length)));
    expect([...outcomes]).toEqual(["BAD_NETWORK"]);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      outcomes.add(outcome(damaged));
    }
    expect([...outcomes].sort()).toEqual(["BAD_NETWORK", "UNSUPPORTED_OPERATOR", "model"]);
  });

  it("says in one line that a truncated file is damaged, with its size", () => {
    const bytes = encodeModel(convNet());
    const error = failure(() => decodeModel(bytes.subarray(0, bytes.length - 7)));
    expect(error.code).toBe("BAD_NETWORK");
    expect(error.message).toBe(`the file of ${bytes.length - 7} bytes is damaged or not an ONNX model`);
    expect(error.next).toContain("export the network again");
  });

  it("refuses what it does not handle by name", () => {
    const cases: readonly [
      string,
      (graph: Record<string, unknown>, model: Record<string, unknown>) => void,
    ][] = [
      [
        "sparse initializers",
        (graph) => Object.assign(graph, { sparseInitializer: [new Uint8Array([10, 0])] }),
      ],
      ["model-local functions", (_, model) => Object.assign(model, { functions: [new Uint8Array([10, 0])] })],
      [
        "training information",
        (_, model) => Object.assign(model, { trainingInfo: [new Uint8Array([10, 0])] }),
      ],
    ];
    for (const [text, change] of cases) {
      const bytes = encodedWith((model) => change(Object(model.graph), model));
      expect(failure(() => decodeModel(bytes)).message).toContain(text);
    }
  });

  it("refuses a subgraph as an unsupported operator, naming the node", () => {
    const bytes = encodedWith((model) => {
      const node = Object(Object(model.graph).node[0]);
      Object.assign(node, { opType: "If", name: "branch", attribute: [{ name: "then_branch", type: 5 }] });
    });
    const error = failure(() => decodeModel(bytes));
    expect(error.code).toBe("UNSUPPORTED_OPERATOR");
    expect(error.message).toContain('node "branch" (If): attribute "then_branch" is a subgraph');
  });

  it("refuses fields that ONNX does not have instead of losing them", () => {
    const unknown = [...encodeModel(convNet()), ((99 << 3) & 0x7f) | 0x80, 99 >> 4, 5];
    expect(failure(() => decodeModel(Uint8Array.from(unknown))).message).toContain("field 99");
  });
});

describe("a tensor of the file", () => {
  const wire = (fields: Record<string, unknown>) => wireTensor.parse({ name: "t", ...fields });

  it("may have its numbers in the typed fields", () => {
    const floats = tensorFromWire(wire({ dims: [2n], dataType: 1, floatData: [1.5, -2] }));
    const integers = tensorFromWire(wire({ dims: [2n], dataType: 7, int64Data: [-1n, 2n ** 63n - 1n] }));
    const halves = tensorFromWire(wire({ dims: [3n], dataType: 10, int32Data: [0x3c00, 0xc000, 1] }));
    expect(tensorValues(floats)).toEqual(Float32Array.of(1.5, -2));
    expect(tensorIntegers(integers)).toEqual([-1, Number.MAX_SAFE_INTEGER]);
    expect(tensorValues(halves)).toEqual(Float32Array.of(1, -2, 2 ** -24));
  });

  it("is refused when its bytes do not match its shape", () => {
    const bytes = wire({ dims: [2n, 3n], dataType: 1, rawData: new Uint8Array(20) });
    expect(failure(() => tensorFromWire(bytes)).message).toBe(
      'tensor "t" (float32, 2 x 3) has 20 bytes, not 24',
    );
  });

  it("is refused when it is kept in another file", () => {
    const bytes = wire({ dims: [1n], dataType: 1, externalData: [{ key: "location", value: "w.bin" }] });
    expect(failure(() => tensorFromWire(bytes)).message).toContain("outside the network file");
  });
});
