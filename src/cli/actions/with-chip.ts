/** Opens the board for a command; afterwards its drives are switched off and the line is closed, whatever happened. */

import type { Chip } from "../../chip/chip.ts";
import { withLimits } from "../../chip/limits.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { LineRemarks } from "./line-remarks.ts";
import { type BoardArguments, openBoard } from "./open-board.ts";
import { type RecordArguments, whileRecording } from "./while-recording.ts";

export interface ChipArguments extends BoardArguments, RecordArguments {}

/** `work` gets the Chip port behind its limits, the board for what is not in the port, and what is said of its line. */
export function withChip<T>(
  args: ChipArguments,
  context: Context,
  work: (chip: Chip, board: OpenedChip, remarks: LineRemarks) => Promise<T>,
): Promise<T> {
  return whileRecording(args, context, async (wrap) => {
    const remarks = new LineRemarks(context);
    const opening = openBoard(args, context, {
      wrap,
      opened: (line) => remarks.opened(line),
      notice: (text) => remarks.say(text),
    });
    const forget = context.boards.add(args.chip, opening);
    try {
      const board = await opening.catch((failure: unknown) => failOpening(failure, args));
      try {
        return await work(withLimits(board), board, remarks);
      } finally {
        remarks.endKeeping();
        await left(board);
      }
    } finally {
      forget();
    }
  });
}

/** @throws what failed, with the program that holds the port. */
async function failOpening(failure: unknown, { chip }: ChipArguments): Promise<never> {
  if (!(failure instanceof LabError) || failure.code !== "PORT_BUSY") throw failure;
  // Looked for where it is needed: few commands find their port taken.
  const { namingHolder } = await import("./busy-port.ts");
  throw await namingHolder(failure, chip);
}

/** Then this command drove nothing, and a run of the board that goes on is the other program's. */
async function isAnothers({ lock }: OpenedChip): Promise<boolean> {
  const state = await lock?.state().catch(() => undefined);
  return state?.owner !== undefined && !state.holds;
}

/** A line that is lost cannot be told anything; the failure that lost it is on its way to the user. */
async function left(board: OpenedChip): Promise<void> {
  if (!(await isAnothers(board))) await board.safeOff().catch(() => {});
  await board.close();
}
