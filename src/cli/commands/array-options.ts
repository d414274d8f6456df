/** Options that say what of the array is modelled beside the conductances that were read. */

import { whole } from "./options.ts";

const fewestBits = 2;
const mostBits = 16;

export const arrayOptions = {
  "read-noise": {
    type: "string",
    describe: "new noise in every product: pcm, hermes or pulse, with a time as in pcm:26us",
  },
  "dac-bits": {
    ...whole("dac-bits", fewestBits, mostBits),
    describe: "round the inputs of layers to so many bits",
  },
  "adc-bits": {
    ...whole("adc-bits", fewestBits, mostBits),
    describe: "round the sums of each array to so many bits",
  },
  "input-range": {
    type: "string",
    describe:
      "range of these converters, measured with --calibration: quantile:0.99995 (when not given), max or std:3",
  },
  "ir-drop": {
    type: "string",
    describe: "resistance of a bit line from row to row, such as 0.35ohm",
  },
} as const;
