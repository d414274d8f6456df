/** Currents of DAC codes: refused beyond the limits and on a board that cannot measure them, and taking their time. */

import {
  type CurrentReply,
  type CurrentRequest,
  measureCurrent,
} from "../../firmware-protocol/operation/measure-current.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { assertCurrentsAllowed, currentsFeature } from "../../src/chip/limits.ts";
import type { Board } from "./board.ts";
import { operationCommand } from "./operation-command.ts";

export const currentCommand = operationCommand(measureCurrent, measured);

function measured(board: Board, { dacCodes }: CurrentRequest): CurrentReply {
  const { array } = board;
  if (!array.descriptor.features.includes(currentsFeature) || array.measureCurrents === undefined)
    throw new ScpiFault(1002, "this board cannot measure its currents");
  assertCurrentsAllowed(array.descriptor, dacCodes);
  const { amperes, endSeconds } = array.measureCurrents(dacCodes, board.chipSeconds);
  board.chipSeconds = endSeconds;
  return { amperes };
}
