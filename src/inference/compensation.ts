/** The compensation ladder: from weights read off the chip to the parameters that inference uses. */

import { gdcScale } from "../../calibration/compensation/gdc.ts";
import type { Network } from "../network/layer.ts";
import { type AdabsOptions, adaptBatchNorm } from "./adabs.ts";
import type { Parameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";

/**
 * none: the weights as read. gdc: one factor for each layer, its bias row included. adabs: gdc in every layer, then adapted batch
 * norm statistics; the last layer, which no batch norm follows, so has its GDC (FACTS 1.7).
 */
export type CompensationMethod = "none" | "gdc" | "adabs";
export const compensationMethods: readonly CompensationMethod[] = ["none", "gdc", "adabs"];

/** Weights of all layers, each rows x columns, row by row. */
export type LayerWeights = readonly Float32Array[];

export interface AdabsInput extends AdabsOptions {
  readonly images: ImageSet;
}

export interface Compensated {
  readonly parameters: Parameters;
  /** The GDC factor of each layer; 1 without GDC. */
  readonly alphas: readonly number[];
  /** Calibration images that were run. */
  readonly calibrationImages: number;
  /** What the user should know, for example that AdaBS had nothing to adapt. */
  readonly note: string | undefined;
}

/** No compensation. */
export const uncompensated = (network: Network, now: LayerWeights): Compensated => ({
  parameters: { weights: now, batchNorms: network.batchNorms },
  alphas: now.map(() => 1),
  calibrationImages: 0,
  note: undefined,
});

/** GDC: `reference` are the weights at the reference time (read after programming, or ideal), `now` those of the inference. */
export function compensateGdc(network: Network, reference: LayerWeights, now: LayerWeights): Compensated {
  const alphas = now.map((weights, layer) => gdcScale(reference[layer] ?? new Float32Array(), weights));
  const weights = now.map((values, layer) => values.map((value) => value * alphas[layer]!));
  return { ...uncompensated(network, weights), alphas };
}

/** GDC and AdaBS. A network without batch normalisation gets GDC alone, and the note says so. */
export async function compensateAdabs(
  network: Network,
  reference: LayerWeights,
  now: LayerWeights,
  adabs: AdabsInput,
): Promise<Compensated> {
  const gdc = compensateGdc(network, reference, now);
  if (network.batchNorms.length === 0) {
    return { ...gdc, note: "the network has no batch normalisation: AdaBS equals GDC" };
  }
  const batchNorms = await adaptBatchNorm(network, gdc.parameters.weights, adabs.images, adabs);
  return {
    ...gdc,
    parameters: { ...gdc.parameters, batchNorms },
    calibrationImages: (adabs.batches ?? 13) * (adabs.batchSize ?? 200),
  };
}
