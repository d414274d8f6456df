/**
 * A budget that refills at a steady rate: what may be spent on clients and on drawing, so that a run beside the dashboard does not feel
 * it. The virtual scheduling form of a leaky bucket (ITU-T I.371, generic cell rate algorithm): one number is all its state.
 */

export interface BudgetTerms {
  /** Units a second in the long run. */
  readonly unitsPerSecond: number;
  /** Units that may be spent at once after a rest. */
  readonly burstUnits: number;
}

export class Budget {
  readonly #unitsPerSecond: number;
  readonly #burstSeconds: number;
  /** When everything that was spent until now will have been refilled. */
  #refilledSeconds = Number.NEGATIVE_INFINITY;

  constructor({ unitsPerSecond, burstUnits }: BudgetTerms) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#burstSeconds = burstUnits / unitsPerSecond;
  }

  /** Takes the units, also when they are not there yet. @param nowSeconds never goes back. */
  spend(units: number, nowSeconds: number): void {
    this.#refilledSeconds = Math.max(this.#refilledSeconds, nowSeconds) + units / this.#unitsPerSecond;
  }

  /** How long until the budget is no longer overdrawn; 0 when it is not. */
  waitSeconds(nowSeconds: number): number {
    return Math.max(0, this.#refilledSeconds - this.#burstSeconds - nowSeconds);
  }
}
