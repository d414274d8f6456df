/** Work in small pieces within a budget of processor time, with room for answers to clients between them. */

import type { Clock, Timer } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { Budget, type BudgetTerms } from "./budget.ts";

export interface PaceOptions {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Processor time of this process until now, s. */
  readonly cpuSeconds: () => number;
  /** In seconds of processor time. */
  readonly terms: BudgetTerms;
  readonly signal: AbortSignal;
}

export class Pace {
  readonly #options: PaceOptions;
  readonly #budget: Budget;
  /** Processor time that the budget has paid for: answers to clients and the collection of garbage count, too. */
  #paidSeconds: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#budget = new Budget(options.terms);
    this.#paidSeconds = options.cpuSeconds();
  }

  /** Does the work when the budget allows. @throws what the work throws, or LabError INTERRUPTED once the signal is aborted. */
  async work<T>(piece: () => T): Promise<T> {
    this.#pay();
    await this.rest(this.#budget.waitSeconds(this.#options.clock.monotonicSeconds()));
    try {
      return piece();
    } finally {
      this.#pay();
    }
  }

  #pay(): void {
    const { clock, cpuSeconds } = this.#options;
    const now = cpuSeconds();
    this.#budget.spend(now - this.#paidSeconds, clock.monotonicSeconds());
    this.#paidSeconds = now;
  }

  /** @throws LabError INTERRUPTED once the signal is aborted. */
  rest(seconds: number): Promise<void> {
    const { timer, signal } = this.#options;
    return sleep(seconds, timer, signal, () => new LabError("INTERRUPTED", "the dashboard was stopped"));
  }
}
