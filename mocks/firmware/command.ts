/** A command of the firmware: a header pattern and what it does; a query returns the bytes of its response unit. */

import type { Element } from "../../firmware-protocol/scpi/element.ts";
import type { Board } from "./board.ts";
import type { Session } from "./board-lock.ts";

/** Where a command comes from. */
export interface Origin {
  /** The message that it came in, without its terminator. */
  readonly message: Uint8Array;
  readonly session: Session;
}

export interface Command {
  readonly header: string;
  /** @throws ScpiFault when the parameters are wrong; then nothing has been done. */
  run(board: Board, parameters: readonly Element[], origin: Origin): Uint8Array | undefined;
}
