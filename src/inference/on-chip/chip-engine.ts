/**
 * Products in the array of a chip: im2col and quantisation on the host, batches of vectors over the wire, tiles summed digitally.
 * While one request is under way the next one is prepared.
 */

import { layerOf } from "../array-product.ts";
import type { ArrayEngine } from "../session.ts";
import { type ChipLayer, type LayerAccount, LayerProducts, type ProductOptions } from "./layer-products.ts";
import type { MultiplyingChip } from "./tiles.ts";

export interface ChipEngine extends ArrayEngine {
  /** What was done so far, in the order of the layers. */
  accounts(): LayerAccount[];
}

/**
 * Calibrates the products of all layers, one after the other; the network's graph leaves them to the engine where `arrayProduct` stands
 * for the product of the layer.
 * @throws LabError LIMIT when the chip does no MVM or a layer does not lie in its unit cells, INTERRUPTED, and the errors of the chip.
 */
export async function openChipEngine(
  chip: MultiplyingChip,
  layers: readonly ChipLayer[],
  options: ProductOptions,
): Promise<ChipEngine> {
  const open = new Map<string, LayerProducts>();
  for (const layer of layers) open.set(layer.layer.name, await LayerProducts.open(chip, layer, options));
  return {
    multiply(node, input) {
      const layer = open.get(layerOf(node));
      if (layer === undefined) throw new TypeError(`layer "${layerOf(node)}" is not on the chip`);
      return layer.multiply(node, input);
    },
    accounts: () => [...open.values()].map((layer) => layer.account()),
  };
}

/** A larger part of saturated outputs is worth a warning. */
export const tolerableSaturation = 1e-3;

/** A sentence for the user about layers whose sums do not fit the converters, with what to change; undefined where all do. */
export function saturationWarning(accounts: readonly LayerAccount[]): string | undefined {
  const saturated = accounts.filter(
    ({ outputs, saturatedOutputs }) => saturatedOutputs > tolerableSaturation * outputs,
  );
  if (saturated.length === 0) return undefined;
  const shares = saturated.map(
    ({ layer, outputs, saturatedOutputs }) =>
      `${layer} ${((100 * saturatedOutputs) / outputs).toFixed(saturatedOutputs > outputs / 100 ? 0 : 1)} %`,
  );
  return (
    `outputs of the array are at the end of their converters (${shares.join(", ")}): ` +
    "widen the range of the inputs (--input-range max), or program with a smaller --gmax"
  );
}
