/** The network file that the user names. */

import { readFile } from "node:fs/promises";
import { LabError, textOf } from "../../core/errors.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";

export interface GivenNetwork {
  readonly onnx: Uint8Array;
  readonly network: Network;
}

/** @throws LabError BAD_NETWORK. */
export async function givenNetwork({
  network: path,
  bias,
}: {
  readonly network: string;
  readonly bias: "array" | "digital";
}): Promise<GivenNetwork> {
  const onnx = await networkFile(path);
  return { onnx, network: understood(path, onnx, bias) };
}

/** @throws LabError that names the file. */
function understood(path: string, onnx: Uint8Array, bias: "array" | "digital"): Network {
  try {
    return readNetwork(onnx, { bias });
  } catch (cause) {
    if (!(cause instanceof LabError)) throw cause;
    throw new LabError(cause.code, `${path}: ${cause.message}`, {
      ...(cause.next !== undefined && { next: cause.next }),
      cause,
    });
  }
}

function networkFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new LabError("BAD_NETWORK", `${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the path",
    });
  });
}
