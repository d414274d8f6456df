/** What the firmware refuses of pulses by the state of the chip: temperature, duty, and the pulses that each cell has had. */

import { deviceArrays } from "../../src/chip/descriptor.ts";
import { pulseSeconds, spent } from "../../src/chip/duty-budget.ts";
import { assertTemperatureAllowed, type Envelope } from "../../src/chip/envelope.ts";
import { cellPulses, type PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Board } from "./board.ts";

/** To be asked last, since it spends of the duty. @throws LabError LIMIT when a pulse of the train would leave the envelope. */
export function guardEnvelope(board: Board, region: Region, train: PulseTrain): void {
  const { envelope } = board.array.descriptor;
  if (envelope === undefined) return;
  assertTemperatureAllowed(envelope, board.array.temperatureKelvin());
  board.mostPulses ??= mostPulses(board);
  // Counting every cell anew for each train would take as long as its pulses.
  const { each } = cellPulses(train);
  if (board.mostPulses + each > envelope.maxPulsesPerCell)
    assertWearAllowed(envelope, board.array.pulseCounts(region), region, train);
  board.mostPulses += each;
  board.duty = spent(envelope, board.duty, pulseSeconds(train), board.chipSeconds);
}

function mostPulses({ array }: Board): number {
  const { arrays } = array.descriptor;
  let most = 0;
  for (const index of deviceArrays(array.descriptor)) {
    const { rows = 0, columns = 0 } = arrays[index] ?? {};
    for (const count of array.pulseCounts({ array: index, row: 0, column: 0, rows, columns }))
      most = Math.max(most, count);
  }
  return most;
}

function assertWearAllowed(
  { maxPulsesPerCell }: Envelope,
  counts: Uint32Array,
  region: Region,
  train: PulseTrain,
): void {
  const { chosen, each } = cellPulses(train);
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
