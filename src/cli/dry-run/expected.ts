/** What the store of a dry run says about the devices. */

import { type LevelError, LevelErrors } from "../../report/statistics/level-errors.ts";
import { tilesOf } from "../../report/statistics/tile-data.ts";
import type { Store } from "../../store/store.ts";

export interface ExpectedDevices {
  /** Measured minus target at the first readout, all devices that were programmed, whatever came of it. */
  readonly error: {
    readonly rmsSiemens: number;
    readonly levels: readonly LevelError[];
  };
  readonly mostPulsesOfDevice: number;
}

export function expectedDevices(store: Store): ExpectedDevices {
  const { gmaxSiemens } = store.networks.get();
  const errors = new LevelErrors(gmaxSiemens);
  let most = 0;
  for (const tile of tilesOf(store)) {
    errors.add(tile);
    most = tile.lifetimePulses.reduce((larger, pulses) => Math.max(larger, pulses), most);
  }
  const levels = errors.all();
  return { error: { rmsSiemens: rmsOf(levels), levels }, mostPulsesOfDevice: most };
}

/** From count, mean and standard deviation of each level. */
function rmsOf(levels: readonly LevelError[]): number {
  const devices = levels.reduce((sum, level) => sum + level.devices, 0);
  const squares = levels.reduce(
    (sum, { devices: n, meanSiemens, sigmaSiemens }) =>
      sum + (n - 1) * sigmaSiemens ** 2 + n * meanSiemens ** 2,
    0,
  );
  return Math.sqrt(squares / Math.max(1, devices));
}
