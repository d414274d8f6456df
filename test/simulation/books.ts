/** What the host knows of its pulses, cell by cell, as the production ledger booked them. */

import type { BandProgramming } from "../../calibration/program-verify/band-ledger.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { wholeArray } from "./silicon.ts";

export class Books {
  /** Pulses of each cell of the array, those in doubt included. */
  readonly pulses = new Uint32Array(cellCount(wholeArray));
  /** Pulses in all of which nobody knows whether they were applied. */
  unknownPulses = 0;

  add(region: Region, { pulses, unknownPulses }: Pick<BandProgramming, "pulses" | "unknownPulses">): void {
    this.unknownPulses += unknownPulses;
    for (let cell = 0; cell < pulses.length; cell++) {
      const row = region.row + Math.floor(cell / region.columns);
      const column = region.column + (cell % region.columns);
      this.pulses[row * wholeArray.columns + column]! += pulses[cell]!;
    }
  }
}

/** No cell got a pulse that the host does not know of, and what is missing the host calls unknown. */
export function wearViolations({ pulses, unknownPulses }: Books, wear: Uint32Array): string[] {
  const unbooked = [...wear.keys()].filter((cell) => wear[cell]! > pulses[cell]!);
  const missing = pulses.reduce((sum, booked, cell) => sum + booked - wear[cell]!, 0);
  return [
    ...unbooked.map((cell) => `cell ${cell} felt ${wear[cell]} pulses, the host booked ${pulses[cell]}`),
    ...(missing > unknownPulses
      ? [`${missing} booked pulses were not given, the host calls ${unknownPulses} unknown`]
      : []),
  ];
}
