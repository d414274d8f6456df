/** The boards that a command has open, so that they can be left safe-off in a hurry. */

import type { Chip } from "../chip/chip.ts";
import type { Timer } from "../core/clock.ts";

/** What an open board can do at the least. */
export type Leavable = Pick<Chip, "safeOff" | "close">;

/** Time for a board to say that its drives are off, and then again for closing its line. */
const stepSeconds = 0.5;

export interface Left {
  readonly name: string;
  /** The board said that its drives are off. */
  readonly isOff: boolean;
}

export class OpenBoards {
  readonly #timer: Timer;
  readonly #open = new Set<{ readonly name: string; readonly opening: Promise<Leavable> }>();
  #leaving: Promise<readonly Left[]> | undefined;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** `leaveAll` was called: what commands say from now on is its doing. */
  get areLeft(): boolean {
    return this.#leaving !== undefined;
  }

  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  /** @param opening may be under way. Returns what forgets the board again, once its command has closed it. */
  add(name: string, opening: Promise<Leavable>): () => void {
    const board = { name, opening };
    this.#open.add(board);
    return () => void this.#open.delete(board);
  }

  /**
   * Safe-off, then closed, all boards at once; comes back after 1 s at the latest, whatever they do. Requests that are under way
   * come before the safe-off on every line, so the commands must have been told before to begin nothing more.
   */
  leaveAll(): Promise<readonly Left[]> {
    this.#leaving ??= Promise.all(Array.from(this.#open, ({ name, opening }) => this.#leave(name, opening)));
    return this.#leaving;
  }

  async #leave(name: string, opening: Promise<Leavable>): Promise<Left> {
    const isOff = await this.#inTime(opening.then((board) => board.safeOff()));
    await this.#inTime(opening.then((board) => board.close()));
    return { name, isOff };
  }

  /** Whether it ended well before its time was over. */
  #inTime(work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#timer.after(stepSeconds, () => resolve(false));
      work
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(cancel);
    });
  }
}
