/** Tells once when the temperature of the chip leaves its limits, and once when it is back. */

import type { Tell } from "./campaign-event.ts";
import type { CampaignPlan } from "./plan.ts";

export class Thermometer {
  readonly #limits: CampaignPlan["limitsKelvin"];
  readonly #tell: Tell;
  #isInside = true;

  /** @param limits null: any temperature will do. */
  constructor(limits: CampaignPlan["limitsKelvin"], tell: Tell) {
    this.#limits = limits;
    this.#tell = tell;
  }

  /** @param kelvins in the order in which they were measured. */
  look(kelvins: readonly number[]): void {
    if (this.#limits === null) return;
    const { low, high } = this.#limits;
    for (const kelvin of kelvins) {
      const isInside = kelvin >= low && kelvin <= high;
      if (isInside === this.#isInside) continue;
      this.#isInside = isInside;
      const text = `the chip is at ${kelvin.toFixed(2)} K; wanted are ${low} to ${high} K`;
      if (isInside) this.#tell("temperature", "info", `${text}: it is back`);
      else this.#tell("temperature", "warning", text);
    }
  }
}
