/** Weights with devices that are known to be bad: the others are aimed where, with what the bad ones hold, the weight comes out right. */

import { deviceSign, type WeightBlock } from "../../src/chip/weight-block.ts";
import { devicePlaces } from "./device-order.ts";
import type { MeltQuenchParameters } from "./parameters.ts";

export interface BadDevices {
  /** One byte a device, in device order; what is not 0 gets no pulse. */
  readonly knownBad: Uint8Array;
  /** What the bad ones hold, S, in device order; those of the others mean nothing. */
  readonly heldSiemens: Float32Array;
}

/**
 * @param targets S, signed, one for each weight: all its devices together.
 * @returns S, signed: the good devices of each weight together, as far as they can hold it. A weight without a bad device, and one of
 * whose sign no device is good, keeps its target.
 */
export function targetsOfGood(
  block: WeightBlock,
  targets: Float32Array,
  { knownBad, heldSiemens }: BadDevices,
  { deviceSiemens, partnerSiemens }: Pick<MeltQuenchParameters, "deviceSiemens" | "partnerSiemens">,
): Float32Array {
  const place = devicePlaces(block);
  const devices = Array.from({ length: block.devicesPerWeight }, (_, device) => device);
  return targets.map((target, weight) => {
    const bad = devices.filter((device) => knownBad[place(weight, device)] !== 0);
    if (bad.length === 0) return target;
    const held = bad.reduce(
      (sum, device) => sum + deviceSign(block, device) * heldSiemens[place(weight, device)]!,
      0,
    );
    const left = target - held;
    const good = devices.filter(
      (device) => !bad.includes(device) && deviceSign(block, device) * left > 0,
    ).length;
    const most = (good - 1) * Math.min(deviceSiemens, partnerSiemens) + partnerSiemens;
    return good === 0 ? target : Math.sign(left) * Math.min(Math.abs(left), most);
  });
}
