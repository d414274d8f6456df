/** TensorProto to a plain tensor: whatever field holds the numbers, the result is raw little-endian bytes. */

import { LabError } from "../../core/errors.ts";
import type { ElementType, OnnxTensor } from "./model.ts";
import { elementBytes, elementCount, elementTypeOfCode } from "./tensor.ts";
import type { WireTensor } from "./wire.ts";

/** @throws LabError BAD_NETWORK for external data, strings, and a number of bytes that does not match the shape. */
export function tensorFromWire(wire: WireTensor): OnnxTensor {
  const type = elementTypeOfCode(wire.dataType);
  const name = `tensor "${wire.name}"`;
  if (wire.externalData.length > 0 || wire.dataLocation !== 0) {
    const place = wire.externalData.find(({ key }) => key === "location")?.value;
    const where = place === undefined ? "" : `, in ${JSON.stringify(place)}`;
    throw new LabError("BAD_NETWORK", `${name} is kept outside the network file${where}`, {
      next: "save it with its weights inside: torch.onnx.export(..., external_data=False), or onnx.save(onnx.load(path), path)",
    });
  }
  if (type === undefined || wire.segment !== undefined) {
    throw new LabError("BAD_NETWORK", `${name} has data type ${wire.dataType}, which is not read here`, {
      next: "export the network with float32 weights",
    });
  }
  const dims = wire.dims.map(Number);
  const data = wire.rawData === undefined ? packed(wire, type) : Uint8Array.from(wire.rawData);
  const expected = elementCount(dims) * elementBytes(type);
  if (dims.some((size) => size < 0) || data.length !== expected) {
    const shape = dims.join(" x ") || "scalar";
    throw new LabError(
      "BAD_NETWORK",
      `${name} (${type}, ${shape}) has ${data.length} bytes, not ${expected}`,
      {
        next: "the file is damaged; export the network again",
      },
    );
  }
  return { name: wire.name, dims, type, data };
}

/** The typed fields, by the rules beside each field in onnx.proto. */
function packed(wire: WireTensor, type: ElementType): Uint8Array {
  switch (type) {
    case "float32":
      return filled(wire.floatData, 4, (view, at, value) => view.setFloat32(at, value, true));
    case "float64":
      return filled(wire.doubleData, 8, (view, at, value) => view.setFloat64(at, value, true));
    case "int64":
      return filled(wire.int64Data, 8, (view, at, value) => view.setBigInt64(at, value, true));
    case "uint64":
      return filled(wire.uint64Data, 8, (view, at, value) => view.setBigUint64(at, value, true));
    case "uint32":
      return filled(wire.uint64Data, 4, (view, at, value) => view.setUint32(at, Number(value), true));
    case "int32":
      return filled(wire.int32Data, 4, (view, at, value) => view.setInt32(at, value, true));
    case "int16":
    case "uint16":
    case "float16":
    case "bfloat16":
      return filled(wire.int32Data, 2, (view, at, value) => view.setUint16(at, value & 0xffff, true));
    case "int8":
    case "uint8":
    case "bool":
      return filled(wire.int32Data, 1, (view, at, value) => view.setUint8(at, value & 0xff));
  }
}

function filled<T>(
  values: readonly T[],
  bytes: number,
  set: (view: DataView, at: number, value: T) => void,
): Uint8Array {
  const data = new Uint8Array(bytes * values.length);
  const view = new DataView(data.buffer);
  values.forEach((value, index) => {
    set(view, bytes * index, value);
  });
  return data;
}
