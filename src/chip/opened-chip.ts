/** A chip on a board that was opened by name: what a command has to know besides the Chip port. */

import type { Chip } from "./chip.ts";
import type { ChipLock } from "./lock.ts";

export interface OpenedChip extends Chip {
  /** The resource that it answers on. */
  readonly resource: string;
  /** Who it says it is, in one line. */
  readonly identification: string;
  /** New at every power-up of the board, when chip times begin anew. */
  readonly bootId: number;
  /** Asks for the boot id again; another one means that the board lost its power since it was opened. */
  currentBootId(): Promise<number>;
  /** Missing on a board without a lock; `lockOf` asks for it. */
  readonly lock?: ChipLock;
}
