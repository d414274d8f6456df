/** What the other devices of a weight do about one that is stuck: they take over the difference, as far as they can. */

import { deviceSign } from "../../src/chip/weight-block.ts";
import type { Band } from "./algorithm.ts";
import { type BandState, codeOf } from "./band-state.ts";
import type { DevicePlace } from "./device-order.ts";
import type { MeltQuenchParameters } from "./parameters.ts";

const stuck: readonly number[] = [codeOf("stuck-low"), codeOf("stuck-high")];
const skipped = codeOf("skipped");

export interface PartnerRules {
  readonly band: Band;
  readonly place: DevicePlace;
  readonly parameters: Pick<MeltQuenchParameters, "marginSiemens" | "partnerSiemens">;
  /** Gives the device at `at` another target (S), which is not its present one. */
  readonly reaim: (at: number, siemens: number) => void;
}

/**
 * Gives the devices of a weight that can still be programmed new targets, so that with what the stuck ones hold the weight comes out
 * right: conductance on the side that has too much is taken away first, and what is left is put on the other side, up to
 * `partnerSiemens` on a device. `draft` is changed by `reaim` alone; a weight that is right within the margin is left alone.
 */
export function compensateStuck(
  draft: BandState,
  { band, place, parameters, reaim }: PartnerRules,
  weight: number,
): void {
  const devices = Array.from({ length: band.block.devicesPerWeight }, (_, device) => ({
    at: place(weight, device),
    sign: deviceSign(band.block, device),
  }));
  const held = (at: number): number =>
    stuck.includes(draft.outcomes[at]!) ? draft.estimates[at]! : draft.targets[at]!;
  const usable = devices.filter(({ at }) => ![...stuck, skipped].includes(draft.outcomes[at]!));
  let excess = devices.reduce((sum, { at, sign }) => sum + sign * held(at), -band.targets[weight]!);
  if (Math.abs(excess) <= parameters.marginSiemens) return;
  const heavy = Math.sign(excess);
  for (const device of usable.filter(({ sign }) => sign === heavy)) {
    const less = Math.min(Math.abs(excess), draft.targets[device.at]!);
    if (less > 0) reaim(device.at, draft.targets[device.at]! - less);
    excess -= heavy * less;
  }
  for (const device of usable.filter(({ sign }) => sign !== heavy)) {
    const room = Math.max(0, parameters.partnerSiemens - draft.targets[device.at]!);
    const more = Math.min(Math.abs(excess), room);
    if (more > 0) reaim(device.at, draft.targets[device.at]! + more);
    excess -= heavy * more;
  }
}

/** The weights that devices belong to. */
export function weightsOf(band: Band, place: DevicePlace, devices: readonly number[]): number[] {
  const wanted = new Set(devices);
  return [...band.targets.keys()].filter((weight) =>
    Array.from({ length: band.block.devicesPerWeight }, (_, device) => place(weight, device)).some((at) =>
      wanted.has(at),
    ),
  );
}
