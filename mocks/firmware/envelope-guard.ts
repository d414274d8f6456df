/** What the firmware refuses of pulses by the state of the chip: temperature, duty, and the pulses that each cell has had. */

import { pulseSeconds, spent } from "../../src/chip/duty-budget.ts";
import { assertTemperatureAllowed, type Envelope } from "../../src/chip/envelope.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Board } from "./board.ts";

/** To be asked last, since it spends of the duty. @throws LabError LIMIT when a pulse of the train would leave the envelope. */
export function guardEnvelope(board: Board, region: Region, train: PulseTrain): void {
  const { envelope } = board.array.descriptor;
  if (envelope === undefined) return;
  assertTemperatureAllowed(envelope, board.array.temperatureKelvin());
  assertWearAllowed(envelope, board.array.pulseCounts(region), region, train);
  board.duty = spent(envelope, board.duty, pulseSeconds(train), board.chipSeconds);
}

function assertWearAllowed(
  { maxPulsesPerCell }: Envelope,
  counts: Uint32Array,
  region: Region,
  train: PulseTrain,
): void {
  const [chosen, each] =
    train.kind === "per-cell" ? [train.amplitudeCodes, 1] : [train.mask, train.steps.length];
  for (let n = 0; n < chosen.length; n++) {
    if (chosen[n] === 0 || counts[n]! + each <= maxPulsesPerCell) continue;
    const row = region.row + Math.floor(n / region.columns);
    const column = region.column + (n % region.columns);
    throw new LabError(
      "LIMIT",
      `the cell at array ${region.array}, row ${row}, column ${column} has had ${counts[n]} of ${maxPulsesPerCell} pulses`,
    );
  }
}
