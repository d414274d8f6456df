/** What is kept of the chip with a result that it had a part in. */

import type { EngineName } from "../../inference/engines.ts";
import type { LayerAccount } from "../../inference/on-chip/layer-products.ts";

/** What the record of a result says of the chip. */
export interface ChipDetails {
  readonly engines: Readonly<Record<string, EngineName>>;
  /** Of the tile that was programmed last and the one that was programmed first. */
  readonly trueAgesSeconds: readonly number[];
  readonly wallSeconds: number;
  readonly linkSeconds: number;
  readonly phases: 1 | 4;
  /** By layer of the network. */
  readonly inputRanges: readonly number[];
  readonly layers: readonly LayerDetails[];
}

interface LayerDetails extends Pick<LayerAccount, "layer" | "mvms" | "outputs" | "saturatedOutputs"> {
  /** Of the columns, relative to the descriptor. */
  readonly meanGain: number;
  /** Root mean squares over the products of the calibration, in output codes: of their errors after it, and of what was expected. */
  readonly errorCodes: number;
  readonly expectedCodes: number;
}

export function layerDetails({
  layer,
  mvms,
  outputs,
  saturatedOutputs,
  calibrations,
}: LayerAccount): LayerDetails {
  const mean = (of: (one: LayerAccount["calibrations"][number]) => number): number =>
    calibrations.reduce((sum, one) => sum + of(one), 0) / calibrations.length;
  return {
    ...{ layer, mvms, outputs, saturatedOutputs },
    meanGain: mean(({ scale }) => scale.reduce((sum, value) => sum + value, 0) / scale.length),
    errorCodes: mean(({ errorCodes }) => errorCodes),
    expectedCodes: mean(({ expectedCodes }) => expectedCodes),
  };
}
