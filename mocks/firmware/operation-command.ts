/** Wraps an operation of the protocol as a command of the firmware. */

import {
  decodeRequest,
  type Operation,
  refusalResponse,
  successResponse,
} from "../../firmware-protocol/operation/operation.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Board } from "./board.ts";
import type { Command, Origin } from "./command.ts";

/** A refusal is both the response and an entry of the error queue. */
export function operationCommand<Request, Reply>(
  operation: Operation<Request, Reply>,
  handle: (board: Board, request: Request, origin: Origin) => Reply,
): Command {
  return {
    header: operation.header,
    run(board, parameters, origin) {
      try {
        if (!board.clock.canSkip) board.program?.catchUp();
        if (usesCells(operation.header) && board.program?.running)
          throw new ScpiFault(1003, `operation ${board.program.operationId} is running`);
        return successResponse(operation, handle(board, decodeRequest(operation, parameters), origin));
      } catch (thrown) {
        const fault = asFault(thrown);
        board.status.report(fault);
        return refusalResponse({ error: fault.number, text: fault.message });
      }
    },
  };
}

/** What a run of the board leaves no room for; its own beginning decides for itself. */
const usesCells = (header: string): boolean => header.startsWith("ARRay:") || header.startsWith("CALibrate:");

function asFault(thrown: unknown): ScpiFault {
  if (thrown instanceof ScpiFault) return thrown;
  if (thrown instanceof LabError && thrown.code === "LIMIT") return new ScpiFault(-222, thrown.message);
  throw thrown;
}
