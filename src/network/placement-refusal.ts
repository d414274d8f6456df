/** Why a network does not fit a chip, in numbers. */

import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import { LabError } from "../core/errors.ts";
import { type AnalogLayer, weightCount } from "./layer.ts";
import type { SiteOptions } from "./sites.ts";

export function doesNotFit(
  layers: readonly AnalogLayer[],
  { arrays }: Descriptor,
  { devicesPerWeight, avoid = [], arrays: chosen }: SiteOptions,
  { usedDevices, availableDevices }: { readonly usedDevices: number; readonly availableDevices: number },
): LabError {
  const largest = layers.reduce((a, b) => (b.rows * b.columns > a.rows * a.columns ? b : a));
  const matrix = `"${largest.name}", ${largest.rows} x ${largest.columns} weights`;
  const used = (chosen ?? deviceArrays({ arrays })).map((index) => arrays[index]);
  const shapes = [...new Set(used.map((array) => `${array?.rows} x ${array?.columns}`))].join(", ");
  const lines = avoid.filter(({ kind }) => kind !== "device").length;
  const without = lines === 0 ? "" : ` without ${lines} avoided lines`;
  const enough = usedDevices <= availableDevices;
  const packing = enough ? "; there are enough, but the matrices do not pack into the arrays" : "";
  const each = devicesPerWeight === 2 ? "two" : "four";
  const need = `the network needs ${usedDevices} devices (${each} for each of ${weightCount(layers)} weights)`;
  return new LabError(
    "DOES_NOT_FIT",
    `${need}, the chip has ${availableDevices} (arrays of ${shapes}${without})${packing}; the largest matrix is ${matrix}`,
    {
      next:
        devicesPerWeight === 4
          ? "use two devices a weight, a smaller network, or a chip with more or larger arrays"
          : "use a smaller network or a chip with more or larger arrays",
    },
  );
}
