/** What is known of the devices of a band between two steps of a programming algorithm, and the same as bytes. */

import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import { concatBytes, littleEndianBytes, littleEndianHost } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";

/**
 * Every array has one value a device, in device order (device-order.ts). Functions of this folder never change one that they were given.
 * All arrays are views of one piece of memory in the order of `encodeState`: a programming makes a state for every verifying read, and to
 * copy, keep and compare it costs a fraction of what eleven arrays cost.
 */
export interface BandState {
  /** The memory itself. */
  readonly bytes: Uint8Array;
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
  const state = viewsOf(new Uint8Array(headBytes + devices * bytesOfDevice));
  state.bytes[0] = formatVersion;
  state.outcomes.fill(underWay);
  state.stages.fill(stage);
  state.lowest.fill(Number.POSITIVE_INFINITY);
  state.highest.fill(Number.NEGATIVE_INFINITY);
  return state;
}

export const isFinished = ({ stages }: BandState): boolean => {
  for (let n = 0; n < stages.length; n++) if (stages[n] !== finished) return false;
  return true;
};

export const copyOf = ({ bytes }: BandState): BandState => viewsOf(bytes.slice());

const formatVersion = 2;
/** The version, and what makes the numbers after it begin at a multiple of their size. */
const headBytes = 4;
const floatArrays = 6;
const byteArrays = 5;
const bytesOfDevice = 4 * floatArrays + byteArrays;

/** @param bytes of their own memory, from its beginning. */
function viewsOf(bytes: Uint8Array): BandState {
  const devices = (bytes.length - headBytes) / bytesOfDevice;
  const floats = (index: number): Float32Array =>
    new Float32Array(bytes.buffer, headBytes + 4 * index * devices, devices);
  const small = (index: number): Uint8Array => {
    const start = headBytes + (4 * floatArrays + index) * devices;
    return bytes.subarray(start, start + devices);
  };
  return {
    bytes,
    targets: floats(0),
    estimates: floats(1),
    amperes: floats(2),
    stepAmperes: floats(3),
    lowest: floats(4),
    highest: floats(5),
    outcomes: small(0),
    stages: small(1),
    reads: small(2),
    attempts: small(3),
    iterations: small(4),
  };
}

/**
 * A version byte and three of 0, then the numbers as little-endian single precision, then the arrays of bytes, in the order of `viewsOf`.
 * A view of the state where the machine allows it.
 */
export const encodeState = ({ bytes }: BandState): Uint8Array => inLittleEndian(bytes);

/** @throws LabError BAD_DATA for bytes that `encodeState` did not make for this number of devices. */
export function decodeState(bytes: Uint8Array, devices: number): BandState {
  if (bytes[0] !== formatVersion || bytes.length !== headBytes + devices * bytesOfDevice)
    throw new LabError("BAD_DATA", `${bytes.length} bytes are no programming state of ${devices} devices`, {
      next: "program the network again; the checkpoint is damaged or from another version of pcmlab",
    });
  return viewsOf(new Uint8Array(inLittleEndian(bytes)));
}

/** To or from the order of the machine; the bytes themselves where that is little-endian. */
function inLittleEndian(bytes: Uint8Array): Uint8Array {
  if (littleEndianHost) return bytes;
  const end = headBytes + ((bytes.length - headBytes) / bytesOfDevice) * 4 * floatArrays;
  const numbers = new Float32Array(new Uint8Array(bytes.subarray(headBytes, end)).buffer);
  return concatBytes([bytes.subarray(0, headBytes), littleEndianBytes(numbers), bytes.subarray(end)]);
}
