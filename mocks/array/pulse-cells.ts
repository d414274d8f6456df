/** Gives a pulse train to cells, one cell after the other, each pulse at its own time. */

import type { PerCellTrain, PulseTrain, SharedTrain } from "../../src/chip/pulse.ts";
import type { Devices } from "../device/devices.ts";
import { applyPulse } from "../device/pulse.ts";

export interface PulsePlan {
  /** The current of each DAC code. */
  readonly amperes: Float64Array;
  /** Settling time of the current source before each pulse. */
  readonly settleSeconds: number;
}

export interface PulsesDone {
  /** Pulses given, those below the onset of the devices included. */
  readonly pulses: number;
  readonly endSeconds: number;
}

/** The entries of the train belong to `cells` in order. Cells without a pulse take no time. */
export function pulseCells(
  devices: Devices,
  plan: PulsePlan,
  train: PulseTrain,
  cells: Uint32Array,
  startSeconds: number,
): PulsesDone {
  const entries = train.kind === "per-cell" ? train.amplitudeCodes : train.mask;
  if (entries.length !== cells.length)
    throw new RangeError(`a pulse train of ${entries.length} entries for ${cells.length} cells`);
  return train.kind === "per-cell"
    ? pulseEach(devices, plan, train, cells, startSeconds)
    : pulseAlike(devices, plan, train, cells, startSeconds);
}

function pulseEach(
  devices: Devices,
  plan: PulsePlan,
  train: PerCellTrain,
  cells: Uint32Array,
  startSeconds: number,
): PulsesDone {
  const { widthSeconds, trailingSeconds } = train.shape;
  const pulseSeconds = plan.settleSeconds + widthSeconds + trailingSeconds;
  let pulses = 0;
  for (let n = 0; n < cells.length; n++) {
    const code = train.amplitudeCodes[n]!;
    if (code === 0) continue;
    pulses++;
    const end = startSeconds + pulses * pulseSeconds;
    applyPulse(devices, cells[n]!, plan.amperes[code]!, widthSeconds, trailingSeconds, end);
  }
  return { pulses, endSeconds: startSeconds + pulses * pulseSeconds };
}

function pulseAlike(
  devices: Devices,
  plan: PulsePlan,
  train: SharedTrain,
  cells: Uint32Array,
  startSeconds: number,
): PulsesDone {
  let seconds = startSeconds;
  let chosen = 0;
  for (let n = 0; n < cells.length; n++) {
    if (train.mask[n] === 0) continue;
    chosen++;
    for (const { amplitudeCode, widthSeconds, trailingSeconds } of train.steps) {
      seconds += plan.settleSeconds + widthSeconds + trailingSeconds;
      const amperes = plan.amperes[amplitudeCode]!;
      applyPulse(devices, cells[n]!, amperes, widthSeconds, trailingSeconds, seconds);
    }
  }
  return { pulses: chosen * train.steps.length, endSeconds: seconds };
}
