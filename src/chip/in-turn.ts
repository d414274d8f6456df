/** Operations that one of them makes wait: all of them begin in the order in which they were asked for. */

export class InTurn {
  /** The end of the last wait that is under way. */
  #wait: Promise<void> | undefined;

  /** Begins at once when nothing waits. */
  ask<T>(begin: () => Promise<T>): Promise<T> {
    return this.#wait === undefined ? begin() : this.#wait.then(begin);
  }

  /**
   * @param wait asked when it is this one's turn; undefined when there is nothing to wait for. What it throws is thrown, and `begin` is not
   * called.
   */
  askAfter<T>(wait: () => Promise<unknown> | undefined, begin: () => Promise<T>): Promise<T> {
    const waiting = this.#wait === undefined ? wait() : this.#wait.then(wait);
    if (waiting === undefined) return begin();
    const begun = waiting.then(() => ({ result: begin() }));
    const ended: Promise<void> = begun.then(nothing, nothing).then(() => {
      if (this.#wait === ended) this.#wait = undefined;
    });
    this.#wait = ended;
    return begun.then(({ result }) => result);
  }
}

const nothing = (): void => {};
