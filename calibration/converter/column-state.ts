/** What became of the converter of a bit line in a calibration. */

/** By code: 0 is success. Stores keep the codes, so that names are only ever appended. */
export const columnStates = [
  "calibrated",
  "unreferenced",
  "dead",
  "saturated",
  "nonlinear",
  "noisy",
  "voltage-dependent",
] as const;
export type ColumnState = (typeof columnStates)[number];

export const columnStateMeanings: Readonly<Record<ColumnState, string>> = {
  calibrated: "gain and offset are known",
  unreferenced: "no reference resistor on the bit line",
  dead: "the codes do not follow the references",
  saturated: "fewer than two references inside the range of the converter",
  nonlinear: "a reference lies off the straight line by more than noise and tolerance allow",
  noisy: "conversions of the same reference differ too much",
  "voltage-dependent": "another read voltage gives other conductances",
};

export const columnStateCode = (state: ColumnState): number => columnStates.indexOf(state);
export const success = columnStateCode("calibrated");
