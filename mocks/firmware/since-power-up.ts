/** An array whose times count from a power-up, though its devices have lived longer: what a board sees of its chip. */

import type { ChipArray } from "./chip-array.ts";

/** @param originSeconds time of the devices at this power-up. */
export function sincePowerUp(array: ChipArray, originSeconds: number): ChipArray {
  const { mvm, measureCurrents } = array;
  const ended = <T extends { readonly endSeconds: number }>(done: T): T => ({
    ...done,
    endSeconds: done.endSeconds - originSeconds,
  });
  return {
    descriptor: array.descriptor,
    read: (region, options, start) => ended(array.read(region, options, start + originSeconds)),
    pulse: (region, train, start) => ended(array.pulse(region, train, start + originSeconds)),
    ...(mvm && { mvm: (request, start) => ended(mvm(request, start + originSeconds)) }),
    ...(measureCurrents && {
      measureCurrents: (codes, start) => ended(measureCurrents(codes, start + originSeconds)),
    }),
    temperatureKelvin: () => array.temperatureKelvin(),
    setTemperature: (kelvin, at) => array.setTemperature(kelvin, at + originSeconds),
    conductances: (region, at) => array.conductances(region, at + originSeconds),
    pulseCounts: (region) => array.pulseCounts(region),
  };
}
