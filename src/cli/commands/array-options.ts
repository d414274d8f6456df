/** Options that say what of the array is modelled beside the conductances that were read. */

import { whole } from "./options.ts";

const fewestBits = 2;
const mostBits = 16;

const group = "Modelled array:";

export const arrayOptions = {
  "read-noise": {
    group,
    type: "string",
    describe: "new noise in every product: pcm, hermes or pulse, with a time as in pcm:26us",
  },
  "dac-bits": {
    group,
    ...whole("dac-bits", fewestBits, mostBits),
    describe: "round the inputs of layers to so many bits",
  },
  "adc-bits": {
    group,
    ...whole("adc-bits", fewestBits, mostBits),
    describe: "round the sums of each array to so many bits",
  },
  "input-range": {
    group,
    type: "string",
    describe:
      "range of these converters, measured with --calibration-images: quantile:0.99995 (when not given), max or std:3",
  },
  "ir-drop": {
    group,
    type: "string",
    describe: "resistance of a bit line from row to row, such as 0.35ohm",
  },
} as const;
