/** When a reading still bears the age that was asked for. */

/** A decade late on the logarithmic axis of drift, a readout would no longer say what its time says. */
export const latestFactor = 10;
