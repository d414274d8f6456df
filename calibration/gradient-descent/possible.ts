/** Whether a chip can do what a descent would ask of it, found out before anything is sent. */

import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { assertMvmAllowed, assertPulseAllowed, maxVectorsFor } from "../../src/chip/limits.ts";
import { LabError } from "../../src/core/errors.ts";
import type { DescentParameters } from "./parameters.ts";
import type { BlockCells } from "./unit-cells.ts";

/** @throws LabError LIMIT for a product or a pulse that the descriptor forbids, and for targets that the devices cannot hold. */
export function assertPossible(
  descriptor: Descriptor,
  { cells, regions, signs }: BlockCells,
  targets: Float32Array,
  parameters: DescentParameters,
): void {
  const vectors = Math.min(parameters.vectors, maxVectorsFor(descriptor, cells));
  const inputs = new Int8Array(vectors * cells.rows);
  assertMvmAllowed(descriptor, { cells, phases: parameters.phases, inputs });
  const shape = { widthSeconds: parameters.pulseWidthSeconds, trailingSeconds: 0 };
  const oneCell = { ...regions[0]!, rows: 1, columns: 1 };
  for (const amperes of [parameters.minAmperes, parameters.maxAmperes]) {
    const amplitudeCodes = Uint16Array.of(Math.round(amperes / nominalAmperesPerCode(descriptor)));
    assertPulseAllowed(descriptor, oneCell, { kind: "per-cell", shape, amplitudeCodes });
  }
  assertTargets(targets, cells, signs.filter((sign) => sign === 1).length * parameters.maxSiemens);
}

function assertTargets(targets: Float32Array, { rows, columns }: BlockCells["cells"], largest: number): void {
  if (targets.length !== rows * columns)
    throw new TypeError(`${targets.length} targets for ${rows} x ${columns} unit cells`);
  const most = Math.fround(largest);
  const at = targets.findIndex((target) => !(Math.abs(target) <= most));
  if (at < 0) return;
  const message = `target ${targets[at]} S of weight ${at}, the devices of one sign hold up to ${most} S together`;
  throw new LabError("LIMIT", message, {
    next: "nothing was sent; choose a smaller --gmax or check the weights",
  });
}
