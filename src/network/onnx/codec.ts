/**
 * ONNX files to plain values and back. What this program does not handle is refused by name, never dropped;
 * only documentation, the domain and version of the model itself, node metadata and "denotation" are left behind: they change no result.
 */

import protobuf from "protobufjs/light.js";
import { LabError } from "../../core/errors.ts";
import { modelFromWire } from "./from-wire.ts";
import type { OnnxModel } from "./model.ts";
import { modelToWire } from "./to-wire.ts";
import { modelMessage, wireModel } from "./wire.ts";

const exportAgain = "export the network again and compare the size of the file with the original";

/**
 * Reads an ONNX file.
 * @throws LabError BAD_NETWORK when the bytes are damaged, are no ONNX model, or keep weights outside the file;
 * UNSUPPORTED_OPERATOR when a node holds a subgraph (control flow).
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const message = decodeMessage(bytes);
  refuseUnknownFields(message, "the model");
  const wire = wireModel.safeParse(modelMessage.toObject(message, { longs: BigInt }));
  if (!wire.success) throw notOnnx(bytes, wire.error);
  return modelFromWire(wire.data);
}

/** Writes an ONNX file that `decodeModel` reads back as an equal value. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return Uint8Array.from(modelMessage.encode(modelMessage.fromObject(modelToWire(model))).finish());
}

function decodeMessage(bytes: Uint8Array): protobuf.Message {
  const reader = protobuf.Reader.create(bytes);
  // Unknown fields are kept here so that they can be refused instead of lost.
  reader.discardUnknown = false;
  try {
    return modelMessage.decode(reader);
  } catch (cause) {
    throw notOnnx(bytes, cause);
  }
}

const notOnnx = (bytes: Uint8Array, cause: unknown): LabError =>
  new LabError("BAD_NETWORK", `the file of ${bytes.length} bytes is damaged or not an ONNX model`, {
    next: exportAgain,
    cause,
  });

/** Depth is bounded by the messages of the descriptor, none of which is recursive. */
function refuseUnknownFields(value: unknown, where: string): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== "object") return;
      refuseUnknownFields(item, where);
    }
  }
  if (!(value instanceof protobuf.Message)) return;
  const unknown = value.$unknowns?.[0];
  if (unknown !== undefined) throw unknownField(unknown, where);
  for (const [name, part] of Object.entries(value)) refuseUnknownFields(part, name);
}

function unknownField(bytes: Uint8Array, where: string): LabError {
  const number = protobuf.Reader.create(bytes).uint32() >>> 3;
  return new LabError("BAD_NETWORK", `field ${number} of ${where} is not part of the ONNX format`, {
    next: `${exportAgain}, or export with an older opset`,
  });
}
