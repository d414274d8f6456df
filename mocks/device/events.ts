/** Events that key draws and are no pulses: numbers that no pulse count reaches, one for each kind of thing that draws. */

export const traitEvent = 0xffffffff;
export const converterEvent = 0xfffffffe;
export const resistorEvent = 0xfffffffd;
export const mvmEvent = 0xfffffffc;
export const currentEvent = 0xfffffffb;

/** Draws of one event of a device; the same number is never used for two purposes. */
export const draw = {
  set: 1,
  floor: 2,
  half: 3,
  slope: 4,
  stuck: 5,
  nu: 6,
  cycleFactor: 7,
  cycleSiemens: 8,
  noiseComb: 9,
  slow: 10,
  endurance: 11,
  failure: 12,
  gradual: 13,
  relaxation: 64,
} as const;
