/** Which device of a weight is meant to hold how much of it. */

import { deviceSign } from "../../src/chip/weight-block.ts";
import type { Band } from "./algorithm.ts";
import type { DevicePlace } from "./device-order.ts";
import type { MeltQuenchParameters } from "./parameters.ts";

type Split = Pick<MeltQuenchParameters, "split" | "deviceSiemens">;

/** Targets (S) of the devices of a band, in device order; those of the other sign are 0. Devices that are known to be bad leave their share to others of their sign. */
export function deviceTargets(band: Band, place: DevicePlace, split: Split): Float32Array {
  const result = new Float32Array(band.knownBad.length);
  for (let weight = 0; weight < band.targets.length; weight++) {
    const target = band.targets[weight]!;
    const holders = holdersOf(band, place, weight, target < 0 ? -1 : 1);
    shares(Math.abs(target), holders.length, split).forEach((share, n) => {
      result[holders[n]!] = share;
    });
  }
  return result;
}

/** The places of the devices of one sign that can be used; all of them when none can. */
export function holdersOf(band: Band, place: DevicePlace, weight: number, sign: 1 | -1): number[] {
  const all: number[] = [];
  for (let device = 0; device < band.block.devicesPerWeight; device++)
    if (deviceSign(band.block, device) === sign) all.push(place(weight, device));
  const good = all.filter((at) => band.knownBad[at] === 0);
  return good.length > 0 ? good : all;
}

function shares(siemens: number, count: number, { split, deviceSiemens }: Split): number[] {
  if (split === "even") return new Array<number>(count).fill(siemens / count);
  const first = count - 1;
  return Array.from({ length: count }, (_, n) => {
    const left = Math.max(0, siemens - n * deviceSiemens);
    return n === first ? left : Math.min(left, deviceSiemens);
  });
}
