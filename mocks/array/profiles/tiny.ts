/** A corner of the Fusion chip, small enough for tests: the same devices and converters, 64 x 64 of them. */

import type { ChipProfile } from "../profile.ts";
import { fusion1m } from "./fusion-1m.ts";

export const tiny: ChipProfile = {
  ...fusion1m,
  name: "tiny",
  model: "TINY",
  arrays: fusion1m.arrays.map((array) => ({ ...array, rows: Math.min(64, array.rows), columns: 64 })),
};
