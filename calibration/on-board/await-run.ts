/** Waits for a run of a board: asks how far it has come, and ends it when the user says so. */

import type { Chip } from "../../src/chip/chip.ts";
import { type OnBoardProgress, onBoardOf } from "../../src/chip/on-board.ts";
import { LabError } from "../../src/core/errors.ts";

export interface Watching {
  /** Chip time between two questions. */
  readonly pollSeconds: number;
  /** Chip time (s) after which a run that has not ended is taken for one that hangs. */
  readonly longestSeconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: OnBoardProgress) => void) | undefined;
}

/** @returns the last progress, of a run that has ended. @throws LabError BAD_REPLY for a run without an end; the errors of the chip. */
export async function ended(chip: Chip, operationId: number, watching: Watching): Promise<OnBoardProgress> {
  const onBoard = onBoardOf(chip);
  const beganSeconds = await chip.now();
  let aborted = false;
  for (;;) {
    const stop: boolean = watching.signal?.aborted === true && !aborted;
    const progress: OnBoardProgress = await (stop
      ? onBoard.abort(operationId)
      : onBoard.progress(operationId));
    aborted ||= stop;
    watching.onProgress?.(progress);
    if (progress.state !== "running") return progress;
    if (progress.chipSeconds - beganSeconds > watching.longestSeconds) {
      await onBoard.abort(operationId);
      throw new LabError(
        "BAD_REPLY",
        `operation ${operationId} has not ended in ${watching.longestSeconds} s`,
        {
          next: "the board was told to end it; read the region before any further pulse",
        },
      );
    }
    await chip.waitUntil(progress.chipSeconds + watching.pollSeconds);
  }
}
