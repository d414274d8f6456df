/**
 * Formulas of devices for `numericalChip`: a melt that leaves less the stronger the pulse, and crystals that grow below melting.
 */

/** What a pulse of so many amperes leaves of the conductance before, S. */
export type DeviceLaw = (cell: number, amperes: number, before: number) => number;

const setSiemens = 38e-6;
const meltingAmperes = 120e-6;

/** Falls from 38 µS to 0.1 µS around 200 µA, a little different for every cell; the same whatever was before. */
export const melted: DeviceLaw = (cell, amperes) =>
  0.1e-6 + setSiemens / (1 + Math.exp((amperes - (190e-6 + (cell % 21) * 1e-6)) / 25e-6));

/** Below melting each pulse closes a part of the gap to SET, the larger the stronger it is. */
export const meltedOrGrown: DeviceLaw = (cell, amperes, before) =>
  amperes >= meltingAmperes
    ? melted(cell, amperes, before)
    : before + (setSiemens - before) * (1 - Math.exp(-((amperes / 100e-6) ** 4)));

/** `cell` keeps what it has. */
export const stuckAt =
  (at: number, siemens: number, others: DeviceLaw): DeviceLaw =>
  (cell, amperes, before) =>
    cell === at ? siemens : others(cell, amperes, before);
