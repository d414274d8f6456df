/** Counts what pulses cost, on their way to a chip. */

import { nominalAmperesPerCode } from "../../chip/descriptor.ts";
import { pulseJoules } from "../../chip/envelope.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { type PulseTrain, pulsesIn } from "../../chip/pulse.ts";
import { countNonZero } from "../../core/bytes.ts";

export interface PulseCost {
  readonly pulses: number;
  readonly trains: number;
  /** Upper bound of the energy that the supply gives (J); null for a chip that does not say its voltage. */
  readonly joules: number | null;
}

export interface MeteredChip {
  readonly chip: OpenedChip;
  /** Until now. */
  cost(): PulseCost;
}

export function meteredChip(chip: OpenedChip): MeteredChip {
  const supplyVolts = chip.descriptor.envelope?.supplyVolts;
  const amperesPerCode = nominalAmperesPerCode(chip.descriptor);
  let pulses = 0;
  let trains = 0;
  let joules = 0;
  return {
    chip: {
      ...chip,
      pulse(region, train) {
        trains++;
        pulses += pulsesIn(train);
        joules += trainJoules(train, supplyVolts ?? 0, amperesPerCode);
        return chip.pulse(region, train);
      },
    },
    cost: () => ({ pulses, trains, joules: supplyVolts === undefined ? null : joules }),
  };
}

/** J, by `pulseJoules` of every pulse. */
export function trainJoules(train: PulseTrain, supplyVolts: number, amperesPerCode: number): number {
  if (train.kind === "per-cell") {
    // The energy of a pulse goes with its current.
    const codes = train.amplitudeCodes.reduce((sum, code) => sum + code, 0);
    return pulseJoules(supplyVolts, codes * amperesPerCode, train.shape);
  }
  const ofCell = train.steps.reduce(
    (sum, step) => sum + pulseJoules(supplyVolts, step.amplitudeCode * amperesPerCode, step),
    0,
  );
  return countNonZero(train.mask) * ofCell;
}
