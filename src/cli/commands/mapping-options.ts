/** Options that say how weights become conductances, and where. */

import { LabError } from "../../core/errors.ts";
import { pathOption } from "./options.ts";

/** @throws LabError USAGE. */
function twoOrFour(value: unknown): 2 | 4 {
  if (Number(value) === 2) return 2;
  if (Number(value) === 4) return 4;
  throw new LabError("USAGE", `--devices ${value}: a weight takes two or four devices`, {
    next: "choose --devices 2 or --devices 4",
  });
}

const group = "Mapping of weights:";

export const mappingOptions = {
  gmax: {
    group,
    type: "string",
    default: "25uS",
    describe: "conductance of the largest weight of a layer",
  },
  bias: {
    group,
    choices: ["array", "digital"] as const,
    default: "array" as const,
    describe: "biases as a row of devices, or added in software",
  },
  scale: {
    group,
    type: "string",
    default: "layer",
    describe:
      "what has the largest conductance: the largest weight of the layer, of each column, or percentile:P",
  },
  devices: {
    group,
    type: "string",
    default: "2",
    coerce: twoOrFour,
    describe: "devices of a weight: 2 or 4",
  },
  layout: {
    group,
    choices: ["bit-lines", "unit-cells"] as const,
    describe:
      "devices of a weight side by side, or in the arrays of unit cells (usual where these have --devices)",
  },
  avoid: {
    group,
    ...pathOption,
    array: true,
    nargs: 1,
    // Of an option that is given twice the last one counts, here as everywhere.
    coerce: (files: readonly string[]) => files.flatMap((file) => file.split(",")),
    describe:
      "marked devices and lines, several files with commas: CSV or JSON of array,row,column, or a store of the same chip",
  },
} as const;
