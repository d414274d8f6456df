/** One inference, and what computes the products of its layers. */

import { engineLabel } from "../../inference/engines.ts";
import type { Parameters } from "../../inference/graph.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import type { ChipArrays } from "./chip-arrays.ts";
import type { Inputs } from "./infer-inputs.ts";
import { ArrayProducts } from "./modelled-array.ts";
import type { StoredWeights } from "./stored-weights.ts";

export interface InferJob extends Inputs {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
  readonly seed: number;
  /** The chip, when a layer runs on it. */
  readonly arrays: ChipArrays | undefined;
}

/** Layers that stay digital have the weights of the file at every age. */
export const withDigitalLayers = ({ network, engines }: InferJob, read: StoredWeights): StoredWeights => ({
  ...read,
  weights: read.weights.map((weights, layer) =>
    engines[layer] === "digital" ? (network.layers[layer]?.weights ?? weights) : weights,
  ),
});

/** What tells results of other engines and of modelled products from those of the readout alone, which people see most. */
export const engineSuffix = ({ engines, modelled }: InferJob): string => {
  const label = engineLabel(engines);
  const words = [...(label === "readout" ? [] : [label]), ...(modelled === undefined ? [] : ["modelled"])];
  return words.length === 0 ? "" : `@${words.join("+")}`;
};

/** Undefined when nothing is modelled. */
export async function modelledProductsOf(
  job: InferJob,
  read: StoredWeights | undefined,
): Promise<ArrayProducts | undefined> {
  const { network, modelled, calibration, store, seed } = job;
  if (modelled === undefined || read === undefined) return undefined;
  const chip = store.chips.latest()?.descriptor;
  return ArrayProducts.open(network, modelled, read.arrays, calibration, chip, seed);
}

/** Of each layer: those of its engine, where they are not exact. */
export function productsAt(
  { engines, arrays }: InferJob,
  modelled: ArrayProducts | undefined,
  now: StoredWeights,
): Parameters["products"] {
  const own = modelled?.of(now.arrays);
  if (own === undefined) return arrays?.products;
  return engines.map((engine, layer) => (engine === "readout" ? own[layer] : arrays?.products?.[layer]));
}
