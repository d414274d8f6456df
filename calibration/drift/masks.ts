/** What is said about single devices, as bits of one byte each. */

export const deviceMarks = ["outlier", "stuck", "saturated", "dead", "censored", "unfitted"] as const;

/**
 * - `outlier`: its exponent or its noise is far from those of its level, or a fifth of its readings does not belong.
 * - `stuck`: it did not follow its programming: the program-and-verify loop said so, or it is far off its target and does not drift.
 * - `saturated`: the converter was at its upper end in half of the readings or more.
 * - `dead`: the converter was at its lower end in half of the readings or more.
 * - `censored`: some readings were at an end of the converter and are left out.
 * - `unfitted`: more than a tenth of the readings were, or too few are left for a fit.
 */
export type DeviceMark = (typeof deviceMarks)[number];

export const markBit: Readonly<Record<DeviceMark, number>> = {
  outlier: 1,
  stuck: 2,
  saturated: 4,
  dead: 8,
  censored: 16,
  unfitted: 32,
};

/** Devices that do not count in the statistics of their level. */
export const leftOutBits =
  markBit.outlier | markBit.stuck | markBit.saturated | markBit.dead | markBit.unfitted;
