/** Matrix-vector products: refused outside the limits and on a chip that has none, stamped with the times of their vectors. */

import { type MvmFields, type MvmReply, mvm } from "../../firmware-protocol/operation/mvm.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { assertMvmAllowed } from "../../src/chip/limits.ts";
import type { Board } from "./board.ts";
import { operationCommand } from "./operation-command.ts";

export const mvmCommand = operationCommand(mvm, multiply);

function multiply(board: Board, request: MvmFields): MvmReply {
  const { array } = board;
  const ability = array.descriptor.mvm;
  if (ability === undefined || array.mvm === undefined)
    throw new ScpiFault(1002, "this chip does no MVM in its array");
  assertMvmAllowed(array.descriptor, request);
  const firstSampleSeconds = board.chipSeconds;
  const { outputs, saturatedOutputs, endSeconds } = array.mvm(request, firstSampleSeconds);
  board.chipSeconds = endSeconds;
  const vectorSeconds = request.phases * ability.phaseSeconds;
  return {
    firstSampleSeconds,
    lastSampleSeconds: Math.max(firstSampleSeconds, endSeconds - vectorSeconds),
    temperatureKelvin: array.temperatureKelvin(),
    saturatedOutputs,
    outputs,
  };
}
