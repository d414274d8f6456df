/** A command of the firmware: a header pattern and what it does; a query returns the bytes of its response unit. */

import type { Element } from "../../firmware-protocol/scpi/element.ts";
import type { Board } from "./board.ts";

export interface Command {
  readonly header: string;
  /**
   * @param message that the command came in, without its terminator.
   * @throws ScpiFault when the parameters are wrong; then nothing has been done.
   */
  run(board: Board, parameters: readonly Element[], message: Uint8Array): Uint8Array | undefined;
}
