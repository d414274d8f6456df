/** How far the runs of a block have come, as bytes from which another process goes on. */

import {
  concatBytes,
  float64FromLittleEndian,
  littleEndianBytes,
  uint16FromLittleEndian,
  uint32FromLittleEndian,
} from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { type DeviceAccount, newAccount } from "./account.ts";

export interface OnBoardRecord {
  readonly account: DeviceAccount;
  /** Number of the run that is next or under way; the account holds what became of those before it. */
  readonly run: number;
  /** Of the order for that run that was sent last and has no result yet; 0 without one. */
  readonly operationId: number;
}

const formatVersion = 1;
const headerBytes = 1 + 2 * 4 + 3 * 8;
const bytesOfDevice = 1 + 1 + 2 + 2;

/** A version byte, run and operation id, the doubtful pulses and the times as doubles, then the arrays; all little-endian. */
export const encodeRecord = ({ account, run, operationId }: OnBoardRecord): Uint8Array =>
  concatBytes([
    Uint8Array.of(formatVersion),
    littleEndianBytes(Uint32Array.of(run, operationId)),
    littleEndianBytes(Float64Array.of(account.unknownPulses, account.startSeconds, account.endSeconds)),
    account.outcomes,
    account.iterations,
    littleEndianBytes(account.pulses),
    littleEndianBytes(account.codeSums),
  ]);

/**
 * @param targets of the devices, S, in device order.
 * @throws LabError BAD_DATA for bytes that `encodeRecord` did not make for this number of devices.
 */
export function decodeRecord(bytes: Uint8Array, targets: Float32Array): OnBoardRecord {
  const devices = targets.length;
  if (bytes[0] !== formatVersion || bytes.length !== headerBytes + devices * bytesOfDevice)
    throw new LabError("BAD_DATA", `${bytes.length} bytes are no record of runs for ${devices} devices`, {
      next: "program the network again; the checkpoint is damaged or from another version of pcmlab",
    });
  const [run = 0, operationId = 0] = uint32FromLittleEndian(bytes.subarray(1, 9));
  const [unknownPulses = 0, startSeconds = 0, endSeconds = 0] = float64FromLittleEndian(
    bytes.subarray(9, headerBytes),
  );
  const array = (first: number, size: number): Uint8Array =>
    bytes.slice(headerBytes + first * devices, headerBytes + (first + size) * devices);
  const account: DeviceAccount = {
    ...newAccount(targets),
    outcomes: array(0, 1),
    iterations: array(1, 1),
    pulses: uint16FromLittleEndian(array(2, 2)),
    codeSums: uint16FromLittleEndian(array(4, 2)),
    unknownPulses,
    startSeconds,
    endSeconds,
  };
  return { account, run, operationId };
}
