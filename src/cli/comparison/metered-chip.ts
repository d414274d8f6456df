/** Counts what programming costs a chip, without the algorithm knowing. */

import type { Chip } from "../../chip/chip.ts";
import { trainJoules } from "../../chip/pulse-energy.ts";

export class Meter {
  #joules: number | undefined = 0;

  /** Upper bound of the energy of all pulses so far (J); undefined when the chip does not say its supply voltage. */
  get joules(): number | undefined {
    return this.#joules;
  }

  /** The chip, with every pulse train that it is given counted; one that fails counts, too, since it may have been applied. */
  on(chip: Chip): Chip {
    return {
      ...chip,
      pulse: (region, train) => {
        const joules = trainJoules(chip.descriptor, train);
        this.#joules = joules === undefined || this.#joules === undefined ? undefined : this.#joules + joules;
        return chip.pulse(region, train);
      },
    };
  }
}
