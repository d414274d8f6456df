/** The reference resistors: known conductances, but for the mismatch of each. */

import type { Devices } from "../device/devices.ts";
import { resistorEvent } from "../device/events.ts";
import { drawOf, eventKey, normalOf } from "../device/keyed-normal.ts";
import type { ArrayLayout } from "./layout.ts";
import type { ChipProfile } from "./profile.ts";

const mismatchDraw = 1;

/** True conductances (S) of resistors, numbered within the chip from the first of their array. */
export function resistorSiemens(
  { profile, devices }: { readonly profile: ChipProfile; readonly devices: Devices },
  { first, columns, referenceSiemens = [] }: ArrayLayout,
  cells: Uint32Array,
): Float64Array {
  return Float64Array.from(cells, (cell) => {
    const row = Math.floor((cell - first) / columns);
    const z = normalOf(drawOf(eventKey(devices.mixedSeed, cell - first, resistorEvent), mismatchDraw));
    return referenceSiemens[row]! * (1 + profile.converter.resistorSpread * z);
  });
}
