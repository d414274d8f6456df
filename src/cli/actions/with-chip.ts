/** Opens the board for a command; afterwards its drives are switched off and the line is closed, whatever happened. */

import { connectChip } from "../../../drivers/chip/connect.ts";
import type { RemoteChip } from "../../../drivers/chip/remote-chip.ts";
import type { Chip } from "../../chip/chip.ts";
import { withLimits } from "../../chip/limits.ts";
import type { Context } from "../context.ts";

export interface ChipArguments {
  readonly chip: string;
  readonly baud: number;
}

/** `work` gets the Chip port behind its limits, and the board for what is not in the port. */
export async function withChip<T>(
  args: ChipArguments,
  context: Context,
  work: (chip: Chip, board: RemoteChip) => Promise<T>,
): Promise<T> {
  const board = await connectChip(args.chip, { timer: context.timer, baudRate: args.baud });
  try {
    return await work(withLimits(board), board);
  } finally {
    // A line that is lost cannot be told anything; the failure that lost it is on its way to the user.
    await board.safeOff().catch(() => {});
    await board.close();
  }
}
