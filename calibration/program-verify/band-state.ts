/** What is known of the devices of a band between two steps of a programming algorithm, and the same as bytes. */

import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import { concatBytes, float32FromLittleEndian, littleEndianBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";

/** Every array has one value a device, in device order (device-order.ts). Functions of this folder never change one that they were given. */
export interface BandState {
  /** Codes of `cellOutcomes`; `underWay` from the first pulse that is decided until a verifying read settles what came of it. */
  readonly outcomes: Uint8Array;
  /** What the algorithm is doing with the device: `finished`, or a number above it of the algorithm's own. */
  readonly stages: Uint8Array;
  /** Conductance that the device is aimed at, S. */
  readonly targets: Float32Array;
  /** What the device holds by its last reading, or by the mean of the last `reads` ones where they are being averaged; S. */
  readonly estimates: Float32Array;
  readonly reads: Uint8Array;
  /** Amplitude of the last pulse of a kind whose amplitude changes, A, and by how much the next one changes where that is fixed. */
  readonly amperes: Float32Array;
  readonly stepAmperes: Float32Array;
  /** Pulses since the device was aimed at its present target that a verifying read followed, and such pulses in all, 255 at most. */
  readonly attempts: Uint8Array;
  readonly iterations: Uint8Array;
  /** Range of the readings since the device was aimed at its present target, S. */
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
}

/** The outcome of a device that has none yet. */
export const underWay = 255;

/** The stage of a device that gets no more pulses and readings. */
export const finished = 0;

export const codeOf = (outcome: CellOutcome): number => cellOutcomes.indexOf(outcome);

/** No device has been touched; `stage` is what is to be done with all of them. */
export function initialState(devices: number, stage = 1): BandState {
  const zeros = (): Float32Array => new Float32Array(devices);
  return {
    outcomes: new Uint8Array(devices).fill(underWay),
    stages: new Uint8Array(devices).fill(stage),
    targets: zeros(),
    estimates: zeros(),
    reads: new Uint8Array(devices),
    amperes: zeros(),
    stepAmperes: zeros(),
    attempts: new Uint8Array(devices),
    iterations: new Uint8Array(devices),
    lowest: zeros().fill(Number.POSITIVE_INFINITY),
    highest: zeros().fill(Number.NEGATIVE_INFINITY),
  };
}

export const isFinished = ({ stages }: BandState): boolean => stages.every((stage) => stage === finished);

export const copyOf = (state: BandState): BandState => ({
  outcomes: state.outcomes.slice(),
  stages: state.stages.slice(),
  targets: state.targets.slice(),
  estimates: state.estimates.slice(),
  reads: state.reads.slice(),
  amperes: state.amperes.slice(),
  stepAmperes: state.stepAmperes.slice(),
  attempts: state.attempts.slice(),
  iterations: state.iterations.slice(),
  lowest: state.lowest.slice(),
  highest: state.highest.slice(),
});

const formatVersion = 1;
const byteArrays = ["outcomes", "stages", "reads", "attempts", "iterations"] as const;
const floatArrays = ["targets", "estimates", "amperes", "stepAmperes", "lowest", "highest"] as const;
const bytesOfDevice = byteArrays.length + 4 * floatArrays.length;

/** A version byte, then the arrays of bytes, then the others as little-endian single precision. */
export const encodeState = (state: BandState): Uint8Array =>
  concatBytes([
    Uint8Array.of(formatVersion),
    ...byteArrays.map((name) => state[name]),
    ...floatArrays.map((name) => littleEndianBytes(state[name])),
  ]);

/** @throws LabError BAD_DATA for bytes that `encodeState` did not make for this number of devices. */
export function decodeState(bytes: Uint8Array, devices: number): BandState {
  if (bytes[0] !== formatVersion || bytes.length !== 1 + devices * bytesOfDevice)
    throw new LabError("BAD_DATA", `${bytes.length} bytes are no programming state of ${devices} devices`, {
      next: "program the network again; the checkpoint is damaged or from another version of pcmlab",
    });
  const bytesAt = (index: number): Uint8Array => bytes.slice(1 + index * devices, 1 + (index + 1) * devices);
  const floatsAt = (index: number): Float32Array => {
    const start = 1 + (byteArrays.length + 4 * index) * devices;
    return float32FromLittleEndian(bytes.subarray(start, start + 4 * devices));
  };
  return {
    outcomes: bytesAt(0),
    stages: bytesAt(1),
    reads: bytesAt(2),
    attempts: bytesAt(3),
    iterations: bytesAt(4),
    targets: floatsAt(0),
    estimates: floatsAt(1),
    amperes: floatsAt(2),
    stepAmperes: floatsAt(3),
    lowest: floatsAt(4),
    highest: floatsAt(5),
  };
}
