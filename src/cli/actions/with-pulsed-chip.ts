/** Opens the board for a command that pulses it: as `withChip`, with the envelope and the wear ledger before it. */

import type { Chip } from "../../chip/chip.ts";
import { assertNotLocked } from "../../chip/lock.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import type { ChipLedger } from "../../store/ledger/chip-ledger.ts";
import type { Context } from "../context.ts";
import { type GuardArguments, withGuardedChip } from "./guarded-chip.ts";
import type { LineRemarks } from "./line-remarks.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface PulsedChipArguments extends ChipArguments, GuardArguments {}

/** @throws as `withChip` and `withGuardedChip`. */
export const withPulsedChip = <T>(
  args: PulsedChipArguments,
  context: Context,
  work: (chip: Chip, board: OpenedChip, remarks: LineRemarks, ledger: ChipLedger) => Promise<T>,
): Promise<T> =>
  withChip(args, context, async (_, board, remarks) => {
    await assertNotLocked(board);
    return withGuardedChip(args, board, context, ({ chip, ledger }) => work(chip, board, remarks, ledger));
  });
