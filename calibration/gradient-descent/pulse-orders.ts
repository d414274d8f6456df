/** The pulses of one iteration as requests that a board takes, and what became of them. */

import type { Chip } from "../../src/chip/chip.ts";
import { type PerCellTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { mayHaveBeenApplied } from "../../src/chip/pulse-fate.ts";
import { cellCount, type Region, rowBands } from "../../src/chip/region.ts";

export interface DescentOrder {
  readonly region: Region;
  readonly train: PerCellTrain;
  /** Of the devices of a weight. */
  readonly device: number;
  /** Weight of the first cell of the region. */
  readonly firstWeight: number;
}

/** Device after device, in bands of whole rows; requests without a pulse are left out. */
export function ordersOf(
  amplitudeCodes: readonly Uint16Array[],
  regions: readonly Region[],
  widthSeconds: number,
  maxCells: number,
): DescentOrder[] {
  const shape = { widthSeconds, trailingSeconds: 0 };
  return regions
    .flatMap((region, device) =>
      rowBands(region, maxCells).map((band): DescentOrder => {
        const firstWeight = (band.row - region.row) * region.columns;
        const codes = amplitudeCodes[device]!.subarray(firstWeight, firstWeight + cellCount(band));
        return {
          region: band,
          train: { kind: "per-cell", shape, amplitudeCodes: codes },
          device,
          firstWeight,
        };
      }),
    )
    .filter(({ train }) => pulsesIn(train) > 0);
}

/** Counts pulses whose application is uncertain, and keeps the times of those that were handled for sure. */
export class PulseTally {
  unknownPulses = 0;
  #startSeconds = Number.POSITIVE_INFINITY;
  #endSeconds = Number.NEGATIVE_INFINITY;

  /** @throws what the chip throws. @returns once the pulses were applied or may have been. */
  async send(chip: Chip, { region, train }: DescentOrder): Promise<void> {
    try {
      const receipt = await chip.pulse(region, train);
      this.#startSeconds = Math.min(this.#startSeconds, receipt.startSeconds);
      this.#endSeconds = Math.max(this.#endSeconds, receipt.endSeconds);
      if (receipt.certainty === "unknown") this.unknownPulses += pulsesIn(train);
    } catch (failure) {
      if (mayHaveBeenApplied(failure)) this.unknownPulses += pulsesIn(train);
      throw failure;
    }
  }

  /** Chip times; those of `otherwise` when nothing was handled for sure. */
  span(otherwise: number): { readonly startSeconds: number; readonly endSeconds: number } {
    return this.#startSeconds <= this.#endSeconds
      ? { startSeconds: this.#startSeconds, endSeconds: this.#endSeconds }
      : { startSeconds: otherwise, endSeconds: otherwise };
  }
}
