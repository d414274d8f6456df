/** The lock of the board: taken or renewed, told, and freed. */

import { lockOwner } from "../../firmware-protocol/operation/lock-owner.ts";
import { lockRelease } from "../../firmware-protocol/operation/lock-release.ts";
import { lockRequest } from "../../firmware-protocol/operation/lock-request.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import type { Board } from "./board.ts";
import type { BoardLock } from "./board-lock.ts";
import { operationCommand } from "./operation-command.ts";

export const lockCommands = [
  operationCommand(lockRequest, (board, { owner, leaseSeconds }, { session }) =>
    offered(board).request(session, owner, leaseSeconds),
  ),
  operationCommand(lockOwner, (board, _, { session }) => offered(board).state(session)),
  operationCommand(lockRelease, (board, { owner }, { session }) => offered(board).release(session, owner)),
];

function offered({ lock }: Board): BoardLock {
  if (lock === undefined) throw new ScpiFault(1002, "this board has no lock");
  return lock;
}
