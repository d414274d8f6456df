/** Counts what programming costs a chip, without the method knowing. */

import type { Chip } from "../../chip/chip.ts";
import { nominalAmperesPerCode } from "../../chip/descriptor.ts";
import { trainJoules } from "../dry-run/pulse-meter.ts";

export class Meter {
  #joules: number | undefined = 0;

  /**
   * Upper bound of the energy of all pulses so far (J); undefined when the chip does not say its supply voltage, and when the board
   * has chosen pulses by itself.
   */
  get joules(): number | undefined {
    return this.#joules;
  }

  /** The chip, with every pulse train that it is given counted; one that fails counts, too, since it may have been applied. */
  on(chip: Chip): Chip {
    const { onBoard, descriptor } = chip;
    const supplyVolts = descriptor.envelope?.supplyVolts;
    const amperesPerCode = nominalAmperesPerCode(descriptor);
    return {
      ...chip,
      pulse: (region, train) => {
        this.#add(supplyVolts && trainJoules(train, supplyVolts, amperesPerCode));
        return chip.pulse(region, train);
      },
      ...(onBoard && {
        onBoard: {
          ...onBoard,
          start: (order) => {
            this.#add(undefined);
            return onBoard.start(order);
          },
        },
      }),
    };
  }

  #add(joules: number | undefined): void {
    this.#joules = joules === undefined || this.#joules === undefined ? undefined : this.#joules + joules;
  }
}
