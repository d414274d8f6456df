/** The state of a descent as bytes, from which another process goes on. */

import {
  concatBytes,
  float32FromLittleEndian,
  float64FromLittleEndian,
  littleEndianBytes,
  uint16FromLittleEndian,
  uint32FromLittleEndian,
} from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import type { DescentState } from "./state.ts";

const formatVersion = 1;
/** The version, the number of iterations, and the number of columns of the correction, 0 without one. */
const headerBytes = 1 + 2 * 4;
const bytesOfDevice = 4 + 4 + 1 + 2 + 1;
const bytesOfWeight = 4 + 1 + 4;
const bytesOfColumn = 8 + 8;

/** The header, then correction, devices and weights, each array after the other, little-endian. */
export const encodeDescent = (state: DescentState): Uint8Array => {
  const { correction, iterations } = state;
  const columns = correction?.scale.length ?? 0;
  return concatBytes([
    Uint8Array.of(formatVersion),
    littleEndianBytes(Uint32Array.of(iterations, columns)),
    ...(correction === undefined
      ? []
      : [littleEndianBytes(correction.scale), littleEndianBytes(correction.offsetCodes)]),
    littleEndianBytes(state.amperes),
    littleEndianBytes(state.siemens),
    state.barred,
    littleEndianBytes(state.pulses),
    state.idle,
    littleEndianBytes(state.errors),
    state.moved,
    littleEndianBytes(state.steps),
  ]);
};

/** @throws LabError BAD_DATA for bytes that `encodeDescent` did not make for these numbers of devices, weights and columns. */
export function decodeDescent(
  bytes: Uint8Array,
  {
    devices,
    weights,
    columns,
  }: { readonly devices: number; readonly weights: number; readonly columns: number },
): DescentState {
  const [iterations = 0, corrected = 0] =
    bytes.length < headerBytes ? [] : uint32FromLittleEndian(bytes.subarray(1, headerBytes));
  const length = headerBytes + corrected * bytesOfColumn + devices * bytesOfDevice + weights * bytesOfWeight;
  const fits = bytes[0] === formatVersion && bytes.length === length && [0, columns].includes(corrected);
  if (!fits)
    throw new LabError("BAD_DATA", `${bytes.length} bytes are no state of a descent of ${weights} weights`, {
      next: "program the network again; the checkpoint is damaged or from another version of pcmlab",
    });
  let next = headerBytes;
  const take = (size: number): Uint8Array => {
    next += size;
    return bytes.slice(next - size, next);
  };
  const correction = {
    scale: float64FromLittleEndian(take(8 * corrected)),
    offsetCodes: float64FromLittleEndian(take(8 * corrected)),
  };
  return {
    iterations,
    correction: corrected === 0 ? undefined : correction,
    amperes: float32FromLittleEndian(take(4 * devices)),
    siemens: float32FromLittleEndian(take(4 * devices)),
    barred: take(devices),
    pulses: uint16FromLittleEndian(take(2 * devices)),
    idle: take(devices),
    errors: float32FromLittleEndian(take(4 * weights)),
    moved: take(weights),
    steps: float32FromLittleEndian(take(4 * weights)),
  };
}
